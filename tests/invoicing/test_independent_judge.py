"""A judge that is not ours, PyPI's `euinvoice`, finds nothing in our invoices; it has an environment of its own."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.invoicing.kinds import KINDS, xml_of

_ROOT = Path(__file__).parents[2]
_PYTHON = Path(os.environ.get("CASELLA_JUDGE_PYTHON", _ROOT / ".venv-judge" / "bin" / "python"))

pytestmark = pytest.mark.skipif(
    not _PYTHON.exists(), reason="the judge's environment .venv-judge is absent: it needs Python 3.12 or newer"
)

_PROGRAM = """
import json, sys
from pathlib import Path
from lxml import etree
from euinvoice.validation import sdi
files = Path(sys.argv[1]).glob("*.xml")
print(json.dumps({file.name: [repr(found) for found in sdi.check(etree.parse(file).getroot())] for file in files}))
"""


def _judged(folder: Path) -> dict[str, list[str]]:
    ran = subprocess.run(
        [_PYTHON, "-c", _PROGRAM, str(folder)], capture_output=True, text=True, check=True, timeout=120
    )
    judged: dict[str, list[str]] = json.loads(ran.stdout)
    return judged


def test_the_judge_finds_nothing_in_our_invoices(tmp_path: Path) -> None:
    for number, document in enumerate(KINDS.values()):
        (tmp_path / f"{number}.xml").write_bytes(xml_of(document))
    assert _judged(tmp_path) == {f"{number}.xml": [] for number in range(len(KINDS))}


def test_the_judge_finds_a_wrong_sum(tmp_path: Path) -> None:
    wrong = xml_of(KINDS["company"]).replace(b"<Imposta>2.31", b"<Imposta>2.41")
    (tmp_path / "wrong.xml").write_bytes(wrong)
    assert "00421" in json.dumps(_judged(tmp_path))
