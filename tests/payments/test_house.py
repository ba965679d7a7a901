"""Rules of this room that no behaviour shows: settings, tables, and who may touch Stripe's library."""

import ast
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import create_async_engine

from services.kit.database import async_url
from services.kit.settings import UnsafeSettings
from services.payments.settings import EXAMPLE_IBAN, PaymentsSettings
from services.payments.tables import metadata
from tests.fixtures.postgres import RoomDatabase
from tests.support.company import REAL_ISSUER
from tests.support.room import room_settings

ROOM = Path(__file__).parents[2] / "services" / "payments"


def settings(folder: Path, key: str, **changed: Any) -> PaymentsSettings:
    (folder / "key").write_text(key)
    (folder / "secret").write_text("whsec_x")
    (folder / "link").write_text(changed.pop("link_key", "k" * 32))
    fields = {
        **room_settings("postgresql://x", folder),
        "stripe_key_file": folder / "key",
        "stripe_webhook_secret_file": folder / "secret",
        "pay_link_key_file": folder / "link",
        # Only named here: the settings do not open them.
        "tls_certificate_file": folder / "certificate",
        "tls_key_file": folder / "tls-key",
        "tls_authority_file": folder / "authority",
        **changed,
    }
    return PaymentsSettings(**fields)


PRODUCTION: dict[str, Any] = {
    "mode": "production",
    "smtp_tls": "starttls",
    "public_url": "https://casella.example",
    "bank_iban": "DE89370400440532013000",
    **REAL_ISSUER,
}


def test_production_with_a_live_key_and_its_own_account_starts(tmp_path: Path) -> None:
    assert settings(tmp_path, "sk_live_x", **PRODUCTION).bank_account.iban == "DE89370400440532013000"


@pytest.mark.parametrize(
    ("key", "changed", "says"),
    [
        ("sk_live_x", {}, "live key"),
        ("rk_live_x", {}, "live key"),
        ("sk_test_x", PRODUCTION, "no live key"),
        ("sk_live_x", {**PRODUCTION, "stripe_url": "http://127.0.0.1:1"}, "stand-in"),
        ("sk_live_x", {**PRODUCTION, "bank_iban": EXAMPLE_IBAN}, "example account"),
        ("sk_test_x", {"link_key": "short"}, "at least 32 bytes"),
        ("sk_test_x", {"bank_iban": "IT00"}, "bank account"),
    ],
)
def test_unsafe_settings_are_refused(tmp_path: Path, key: str, changed: dict[str, Any], says: str) -> None:
    with pytest.raises((UnsafeSettings, ValueError), match=says):
        _ = settings(tmp_path, key, **changed).bank_account


async def test_the_tables_are_those_that_the_migrations_make(room_database: RoomDatabase) -> None:
    engine = create_async_engine(async_url(room_database("payments")))
    async with engine.connect() as conn:
        for table in metadata.sorted_tables:
            found = await conn.run_sync(
                lambda sync, name=table.name: {  # type: ignore[misc]
                    column["name"]: (str(column["type"]), column["nullable"])
                    for column in inspect(sync).get_columns(name, schema="payments")
                }
            )
            assert {name: nullable for name, (_, nullable) in found.items()} == {
                column.name: bool(column.nullable) for column in table.columns
            }
    await engine.dispose()


def test_stripes_library_is_imported_in_one_module_only() -> None:
    importing = [
        path.name
        for path in ROOM.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Import) and any(name.name.split(".")[0] == "stripe" for name in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "stripe")
    ]
    assert importing == ["stripe_account.py"]


def test_no_event_is_ever_taken_without_its_signature() -> None:
    # `construct_event_without_verification` and its kin accept any body that somebody sends to the public address.
    for path in [*ROOM.rglob("*.py"), *(ROOM.parents[1] / "gateway").rglob("*.py")]:
        assert "without_verification" not in path.read_text(), path
