#!/bin/sh
# Removes what the commands of the Makefile made. Refuses while Casella runs from this tree: its data would go under it.
cd "$(dirname "$0")/../.." || exit 1

pid=$(sed -n 's/.*"launcher": *\([0-9]*\).*/\1/p' var/run.json 2>/dev/null)
if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then
    echo "Casella runs here (process $pid): end it with Ctrl-C, or with \`kill $pid\`, then clean." >&2
    exit 1
fi
rm -rf .venv .venv-judge var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
find . -name __pycache__ -type d -prune -exec rm -rf {} +
