"""Nothing in the tree leads a reader to what they do not have: a path of one machine, a paper of one office, a host."""

import re
from importlib import metadata

import pytest

from tests.docs.pages import ROOT, tracked_texts

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

_ALLOWED = set(
    "MIT MIT-0 Apache Apache-2.0 BSD BSD-2-Clause BSD-3-Clause 2-Clause 3-Clause PSF-2.0 Python Foundation ISC "
    "Unlicense LGPL LGPL-2.1-only LGPLv2 LGPLv2+ GNU Lesser MPL MPL-2.0 MPL2 Mozilla OFL OFL-1.1 SIL Font OSI Approved "
    "License Licence Software General Public Open The AND OR and or v2 later 1.1 2.0".split()
)
"""Every word of a licence under which a package may come: nothing of the GPL itself, of the AGPL, or unknown."""
_OTHER_KIND = re.compile("GPL|General Public|MPL|Mozilla|EPL|Eclipse|OFL|Creative Commons|CC-BY")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """All files of the tree that are text, by path."""
    return tracked_texts()


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


def test_every_package_comes_under_a_licence_that_is_allowed() -> None:
    installed = {each.metadata["Name"]: _licence(each.metadata) for each in metadata.distributions()}
    assert len(installed) > 90
    assert {name: said for name, said in installed.items() if not _may_be_used(said)} == {}


@pytest.mark.parametrize(
    "said",
    ["GPL-3.0-or-later", "License :: OSI Approved :: GNU General Public License v3 (GPLv3)", "AGPL-3.0", "", "UNKNOWN"],
)
def test_a_licence_that_is_not_allowed_is_found(said: str) -> None:
    assert not _may_be_used(said)


def _may_be_used(said: str) -> bool:
    words = set(re.findall(r"[\w.+-]+", said))
    return bool(words) and words <= _ALLOWED and ("General" not in words or "Lesser" in words)


def _licence(package: metadata.PackageMetadata) -> str:
    """What a package says of its licence; some put the whole text there, of which the first line tells the kind."""
    stated = [package[key] for key in ("License-Expression", "License") if key in package]
    classified = [each for each in package.get_all("Classifier") or [] if each.startswith("License")]
    return " ".join([*(text.partition("\n")[0] for text in stated), *classified])
