"""Decides what `make audit-dependencies` says: which locked package has a known vulnerability, or that none could tell.

The list of vulnerabilities is on the internet (OSV, asked by pip-audit). A machine without it has audited nothing,
which is no success: the command ends with 2 there, and with 1 where something was found.
"""

import json
import subprocess
import sys

from deploy.build.setup import AUDIT, LOCKS, ROOT

AUDITED = (ROOT / "requirements.lock", *(LOCKS / f"{name}.lock" for name in ("fattura-xsd", "judge", "uv", "audit")))
FOUND, UNKNOWN = 1, 2
_SILENT = "Nothing was audited: the public list of known vulnerabilities gave no answer; try where there is internet"


def main() -> int:
    """Asks for each lock and tells each finding in a line."""
    worst = 0
    for lock in AUDITED:
        command = [
            *(str(AUDIT / "bin" / "pip-audit"), "--requirement", str(lock), "--require-hashes", "--disable-pip"),
            *("--no-deps", "--vulnerability-service", "osv", "--format", "json", "--progress-spinner", "off"),
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if not done.stdout.strip():
            print(f"{_SILENT} ({' '.join(done.stderr.strip().splitlines()[-1:])})", flush=True)
            return UNKNOWN
        code, lines = judged(done.stdout)
        worst = max(worst, code)
        print("\n".join(f"{lock.relative_to(ROOT)}: {line}" for line in lines), flush=True)
    return worst


def judged(answer: str) -> tuple[int, list[str]]:
    """The code and the lines that belong to an answer of pip-audit."""
    packages = json.loads(answer)["dependencies"]
    skipped = [f"{each['name']} was not audited: {each['skip_reason']}" for each in packages if "skip_reason" in each]
    found = [
        f"{each['name']} {each['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version'}"
        for each in packages
        for flaw in each.get("vulns", [])
    ]
    code = UNKNOWN if skipped else FOUND if found else 0
    return code, [*found, *skipped] or [f"{len(packages)} packages, no known vulnerability"]


if __name__ == "__main__":
    sys.exit(main())
