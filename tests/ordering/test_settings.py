"""What ordering refuses to start with."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from services.kit.settings import UnsafeSettings
from services.ordering.settings import OrderingSettings
from tests.support.company import REAL_ISSUER
from tests.support.room import room_settings


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "CASELLA_ISSUER_VAT_NUMBER"),
        (REAL_ISSUER, "CASELLA_VIES_URL"),
        ({**REAL_ISSUER, "vies_url": "http://ec.europa.eu/vies"}, "CASELLA_VIES_URL"),
    ],
)
def test_production_refuses_what_is_only_for_one_machine(
    tmp_path: Path, changes: Mapping[str, object], sentence: str
) -> None:
    with pytest.raises(UnsafeSettings, match=sentence):
        production(tmp_path, **changes)


def test_production_asks_vies_itself_in_our_own_name(tmp_path: Path) -> None:
    url = "https://ec.europa.eu/taxation_customs/vies/rest-api"
    settings = production(tmp_path, **REAL_ISSUER, vies_url=url)
    assert str(settings.vat_id) == "IT01234567897"


def production(folder: Path, **changes: object) -> OrderingSettings:
    safe = {
        "mode": "production",
        "smtp_tls": "implicit",
        "public_url": "https://casella.example",
        "tls_certificate_file": folder / "own.pem",
        "tls_key_file": folder / "own.key",
        "tls_authority_file": folder / "authority.pem",
        "caller_secrets_file": None,
        "caller_secret_file": None,
    }
    return OrderingSettings(**{**room_settings("postgresql://x", folder), **safe, **changes})
