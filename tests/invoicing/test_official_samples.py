"""The official examples and hostile files, where they lie on the machine: our checks agree with what is known."""

import os
import time
from datetime import date
from pathlib import Path

import pytest

from services.invoicing.fatturapa.arithmetic import WRONG_STAMP_DUTY
from services.invoicing.fatturapa.controls import check_controls
from services.invoicing.fatturapa.parsing import UnreadableXml, parse_xml
from services.invoicing.fatturapa.schema import InvoiceSchema, installed_schema

_SAMPLES = (
    Path(os.environ.get("CASELLA_FATTURAPA_SAMPLES", Path(__file__).parents[3] / "shared" / "fatturapa")) / "samples"
)
_TODAY = date(2026, 11, 24)
# The samples use invented numbers, whose check digits are wrong.
_CHECK_DIGIT_CODES = frozenset({"00300", "00301", "00302", "00305", "00306"})

pytestmark = pytest.mark.skipif(
    not _SAMPLES.is_dir(), reason="the official FatturaPA samples are not on this machine (CASELLA_FATTURAPA_SAMPLES)"
)


@pytest.fixture(scope="module")
def schema() -> InvoiceSchema:
    return InvoiceSchema(installed_schema())


def _files(folder: str) -> list[Path]:
    return sorted((_SAMPLES / folder).glob("*.xml"))


@pytest.mark.parametrize("file", _files("valid"), ids=lambda file: file.name)
def test_a_valid_sample_passes_schema_and_controls(file: Path, schema: InvoiceSchema) -> None:
    root = parse_xml(file.read_bytes())
    assert schema.errors(root) == []
    # Invented tax ids: their check digits are wrong on purpose. The SdI lets a missing stamp duty pass, we do not.
    assert {finding.code for finding in check_controls(root, _TODAY)} <= _CHECK_DIGIT_CODES | {WRONG_STAMP_DUTY}


@pytest.mark.parametrize("file", _files("sdi-rejected"), ids=lambda file: file.name)
def test_a_rejected_sample_is_found_by_its_code_and_no_other(file: Path, schema: InvoiceSchema) -> None:
    root = parse_xml(file.read_bytes())
    assert schema.errors(root) == []
    code = file.stem.rpartition("__")[2]
    assert {finding.code for finding in check_controls(root, _TODAY)} - _CHECK_DIGIT_CODES == {code}


@pytest.mark.parametrize("file", _files("xsd-invalid"), ids=lambda file: file.name)
def test_a_sample_of_wrong_form_fails(file: Path, schema: InvoiceSchema) -> None:
    try:
        root = parse_xml(file.read_bytes())
    except UnreadableXml:
        assert file.name == "malformed.xml"
    else:
        assert schema.errors(root)


@pytest.mark.parametrize("file", _files("malicious"), ids=lambda file: file.name)
def test_hostile_xml_is_refused_quickly(file: Path) -> None:
    begun = time.perf_counter()
    with pytest.raises(UnreadableXml, match="DOCTYPE"):
        parse_xml(file.read_bytes())
    assert time.perf_counter() - begun < 0.5
