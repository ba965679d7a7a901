#!/bin/sh
# Removes what the commands of the Makefile made. Refuses while Casella runs from this tree: its data would go under it.
cd "$(dirname "$0")/../.." || exit 1

if [ -x .venv/bin/python ]; then
    .venv/bin/python -m deploy.local.leftovers "${CASELLA_VAR:-var}" || exit 1
fi
rm -rf .venv .venv-judge .venv-audit var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
find . -name __pycache__ -type d -prune -exec rm -rf {} +
if [ -n "$CASELLA_VAR" ] && [ -d "$CASELLA_VAR" ]; then
    echo "$CASELLA_VAR stays, since it is a folder of your own: remove it where you do not need its state."
fi
