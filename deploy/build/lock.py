"""Decides how the locks are made: every package by version and hash, for all supported systems, without host names."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "deploy" / "locks"

_WHAT = (
    # source, lock, oldest Python, further options
    (ROOT / "requirements.in", ROOT / "requirements.lock", "3.11", ()),
    (LOCKS / "uv.in", LOCKS / "uv.lock", "3.11", ()),
    (LOCKS / "fattura-xsd.in", LOCKS / "fattura-xsd.lock", "3.11", ("--no-deps",)),
    (LOCKS / "audit.in", LOCKS / "audit.lock", "3.11", ()),
    (LOCKS / "judge.in", LOCKS / "judge.lock", "3.12", ()),
)


def locks() -> list[Path]:
    """All locks there are."""
    return [lock for _, lock, _, _ in _WHAT]


def main() -> None:
    """Makes all locks again; what is locked stays at its version unless its source asks for another."""
    uv = Path(sys.executable).parent / "uv"
    for source, lock, oldest, options in _WHAT:
        print(f"  {lock.relative_to(ROOT)}", flush=True)
        subprocess.run(
            [
                str(uv),
                "pip",
                "compile",
                "--quiet",
                "--universal",
                f"--python-version={oldest}",
                "--generate-hashes",
                "--no-annotate",
                "--no-header",
                "--no-emit-index-url",
                "--no-emit-find-links",
                *options,
                str(source.relative_to(ROOT)),
                f"--output-file={lock.relative_to(ROOT)}",
            ],
            check=True,
            cwd=ROOT,
        )


if __name__ == "__main__":
    main()
