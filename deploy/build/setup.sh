#!/bin/sh
# Finds a Python from 3.11 on that can make virtual environments, and lets it set up Casella.
# Arguments go to setup.py. Plain sh, because there may be nothing else yet.
cd "$(dirname "$0")/../.." || exit 1

for python in .venv/bin/python python3 python3.13 python3.12 python3.11 python3.14 python; do
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || { no_venv=$python; continue; }
    exec "$python" deploy/build/setup.py "$@"
done

if [ -n "$no_venv" ]; then
    echo "Casella: $no_venv cannot make virtual environments: install its venv module (Debian, Ubuntu: apt install python3-venv)." >&2
else
    echo "Casella: needs Python 3.11 or newer, and none was found: install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python)." >&2
fi
exit 1
