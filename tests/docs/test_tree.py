"""Nothing in the tree leads a reader to what they do not have: a path of one machine, a paper of one office, a host."""

import re
import subprocess
from importlib import metadata

import pytest

from tests.docs.pages import ROOT

# Written in two halves, so that this file does not name them either.
_FORBIDDEN = [
    "/wo" + "rk/",
    "../sha" + "red",
    r"\bDES" + r"IGN\b",
    r"\bCONVEN" + r"TIONS\b",
    "py" + r"pi\.org",
    "python" + r"hosted\.org",
    r"registry\.npm" + r"js\.org",
    r"proxy\.go" + r"lang\.org",
    r"repo1?\.maven",
    r"(^|\s)--(extra-)?index-" + r"url\b",
]

_OTHER_KIND = re.compile("GPL|General Public|MPL|Mozilla|EPL|Eclipse|OFL|Creative Commons|CC-BY")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """All files of the tree that are text, by path."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("this tree is no clone: git cannot say which files belong to it")
    found = {}
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file():
            content = path.read_bytes()
            if b"\0" not in content:
                found[name] = content.decode("utf-8")
    return found


@pytest.mark.parametrize("forbidden", _FORBIDDEN)
def test_no_file_leads_nowhere(texts: dict[str, str], forbidden: str) -> None:
    pattern = re.compile(forbidden, re.MULTILINE)
    assert [name for name, text in texts.items() if pattern.search(text)] == []


def test_the_notice_names_every_package_under_another_kind_of_licence() -> None:
    locked = {line.partition("==")[0] for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line}
    notice = (ROOT / "NOTICE").read_text()
    installed = {each.metadata["Name"].lower(): each.metadata for each in metadata.distributions()}
    others = {name for name in locked if name in installed and _OTHER_KIND.search(_licence(installed[name]))}
    assert "python-stdnum" in others
    assert {name for name in others if name not in notice} == set()


def _licence(package: metadata.PackageMetadata) -> str:
    """What a package says of its licence; some put the whole text there, of which the first line tells the kind."""
    stated = [package[key] for key in ("License-Expression", "License") if key in package]
    classified = [each for each in package.get_all("Classifier") or [] if each.startswith("License")]
    return " ".join([*(text.partition("\n")[0] for text in stated), *classified])
