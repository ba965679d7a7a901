"""What `make audit-dependencies` makes of an answer; whether the list knows a flaw, only the list can say."""

import json

from deploy.build import audit
from deploy.build.lock import locks


def _answer(**package: object) -> str:
    return json.dumps({"dependencies": [{"name": "lxml", "version": "6.1.3", "vulns": [], **package}]})


def test_no_finding_is_told_with_how_much_was_looked_at() -> None:
    assert audit.judged(_answer()) == (0, ["1 packages, no known vulnerability"])


def test_a_flaw_is_named_with_what_mends_it() -> None:
    code, lines = audit.judged(_answer(vulns=[{"id": "CVE-1", "fix_versions": ["6.1.4"]}]))
    assert (code, lines) == (audit.FOUND, ["lxml 6.1.3: CVE-1, mended in 6.1.4"])


def test_a_package_that_was_left_out_is_no_success() -> None:
    code, lines = audit.judged(_answer(skip_reason="not found"))
    assert (code, lines) == (audit.UNKNOWN, ["lxml was not audited: not found"])


def test_every_lock_is_audited() -> None:
    assert set(audit.AUDITED) == set(locks())
