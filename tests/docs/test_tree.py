"""Nothing in the tree leads a reader to what they do not have: a path of one machine, a paper of one office, a host."""

import re
import subprocess

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


def test_the_notice_names_the_dependencies_that_want_it(texts: dict[str, str]) -> None:
    copyleft = {"python-stdnum", "pycountry", "hypothesis"}
    locked = {line.partition("==")[0] for line in texts["requirements.lock"].splitlines() if "==" in line}
    assert copyleft <= locked
    assert all(name in texts["NOTICE"] for name in copyleft)
