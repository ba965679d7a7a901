"""Each alert has its line in the runbook, its limit from one place, and rules under which it fires and falls silent."""

import json
import os
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local.site import ROOT
from services.kit import trouble
from tests.docs.pages import page

OBSERVABILITY = ROOT / "deploy" / "observability"
_LIMITS = {
    "CasellaOutboxOld": trouble.UNDELIVERED,
    "CasellaRunsNeedOperator": trouble.NEEDS_OPERATOR,
    "CasellaReceiptsUnread": trouble.RECEIPTS_UNREAD,
    "CasellaPaymentEventsUnfetched": trouble.EVENTS_UNFETCHED,
    "CasellaStatementOld": trouble.STATEMENT_OLD,
    "CasellaMoneyWaits": trouble.MONEY_WAITING,
    "CasellaWebhooksFailing": trouble.WEBHOOKS_FAILING,
}


def _rules() -> dict[str, dict[str, Any]]:
    (group,) = yaml.safe_load((OBSERVABILITY / "alerts.yaml").read_text())["groups"]
    return {rule["alert"]: rule for rule in group["rules"]}


def test_every_alert_has_its_line_in_the_runbook_and_every_line_its_alert() -> None:
    lines = {row[0].strip("`"): row[2] for row in page("docs/operating.md").rows("The alerts")}
    assert lines.keys() == _rules().keys()
    assert all(lines.values())
    for name, rule in _rules().items():
        assert rule["annotations"]["runbook"] == f"docs/operating.md, The alerts: {name}"


def test_the_limits_are_those_by_which_the_doctor_judges() -> None:
    found = {name: re.search(r"> (\d+)$", _rules()[name]["expr"]) for name in _LIMITS}
    assert {name: timedelta(seconds=int(each[1])) for name, each in found.items() if each} == _LIMITS
    stated = [value for value in vars(trouble).values() if isinstance(value, timedelta)]
    assert sorted(stated) == sorted(_LIMITS.values())


def test_the_doctor_names_no_alert_that_there_is_not() -> None:
    sources = "\n".join(file.read_text() for file in (ROOT / "cli" / "doctor").glob("*.py"))
    named = set(re.findall(r'"(Casella[A-Z][A-Za-z]+)"', sources))
    assert {"CasellaOutboxOld", "CasellaRunsFailing", "CasellaMoneyWaits"} <= named <= _rules().keys()


def test_each_alert_is_played_to_fire_and_to_fall_silent() -> None:
    played = yaml.safe_load((OBSERVABILITY / "alerts_test.yaml").read_text())["tests"]
    assert [each["name"] for each in played] == list(_rules())
    for each in played:
        fired = [bool(asked["exp_alerts"]) for asked in each["alert_rule_test"]]
        assert fired == [False, True, False], each["name"]
        assert {asked["alertname"] for asked in each["alert_rule_test"]} == {each["name"]}


def test_promtool_finds_that_they_do() -> None:
    _promtool("test", "rules", "alerts_test.yaml")


def test_promtool_understands_what_the_dashboard_asks(tmp_path: Path) -> None:
    panels = json.loads((OBSERVABILITY / "dashboard.json").read_text())["panels"]
    asked = [target["expr"] for panel in panels for target in panel.get("targets", [])]
    assert len(asked) > 20
    rules = [{"record": f"asked:{number}", "expr": expr} for number, expr in enumerate(asked)]
    file = tmp_path / "asked.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "asked", "rules": rules}]}))
    _promtool("check", "rules", str(file))


def test_the_dashboard_shows_all_that_is_measured_of_rows_and_runs() -> None:
    shown = (OBSERVABILITY / "dashboard.json").read_text()
    sources = [file.read_text() for folder in ("services", "workflows") for file in (ROOT / folder).rglob("*.py")]
    measured = {name for text in sources for name in re.findall(r'Gauge\("(casella_\w+)"', text)}
    assert len(measured) > 12
    assert {name for name in measured if name not in shown} == set()


def _promtool(*arguments: str) -> None:
    promtool = os.environ.get("PROMTOOL") or shutil.which("promtool")
    if promtool is None:
        pytest.skip("no promtool here: it comes with Prometheus; PROMTOOL may name it")
    done = subprocess.run([promtool, *arguments], cwd=OBSERVABILITY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
