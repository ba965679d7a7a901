"""Decides what a process started here inherits from the person's shell: what the system needs, and nothing else.

A shell holds keys of other things (a cloud's, a registry's), and whoever may look at a process reads its environment.
"""

import os

_NEEDED = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
_LANGUAGE = "LC_"
_INTERPRETER = "PYTHON"


def inherited() -> dict[str, str]:
    """The variables that every process gets, as they are set now."""
    return {name: value for name, value in os.environ.items() if name in _NEEDED or name.startswith(_LANGUAGE)}


def inherited_by_python() -> dict[str, str]:
    """The same with what steers the interpreter, such as ``PYTHONPATH``: for one that has not begun yet."""
    steered = {name: value for name, value in os.environ.items() if name.startswith(_INTERPRETER)}
    return {**inherited(), **steered}
