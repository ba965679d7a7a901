"""Documents from before treatments were named come to the present form as what they were: taxed in Italy."""

import asyncio
import secrets
from datetime import UTC, datetime
from decimal import Decimal

from alembic import command
from sqlalchemy import text

from deploy.local import provision
from services.invoicing.domain.tax import TaxTreatment
from services.invoicing.store import documents
from services.kit import migrations
from services.kit.database import Database, async_url
from services.kit.ids import new_id
from tests.fixtures.postgres import TestDatabases

OLD = "20261129_periods"
_DOCUMENT = """
    INSERT INTO documents (
        id, kind, order_id, account_id, issuer, year, sequence, number, date, language, currency, net, vat, gross,
        payment, issued_at
    )
    VALUES (
        :id, 'invoice', :order, :order, '07123450483', 2026, 1, '2026/1', '2026-03-02', 'it', 'EUR', 1050, 231, 1281,
        '{"method": "online", "transfer": null, "reference": "", "proforma_number": ""}', :at
    )
"""
_LINE = """
    INSERT INTO lines (document_id, position, description, quantity, unit_price, net, vat_rate)
    VALUES (:id, 1, 'Casella email', 7, 150, 1050, 22)
"""
_CUSTOMER = """
    INSERT INTO customers (document_id, revision, customer, added_at)
    VALUES (:id, 1, jsonb_build_object(
        'kind', 'private', 'body', false, 'first_name', 'Anna', 'last_name', 'Rossi', 'company_name', '',
        'address', jsonb_build_object('street', 'Via Roma 1', 'postal_code', '50123', 'city', 'Firenze',
                                      'province', 'FI', 'country', 'IT'),
        'phone', '+390551234567', 'contact_person', '', 'codice_fiscale', 'RSSNNA80A41D612P', 'vat_number', '',
        'vat_country', '', 'recipient_code', '', 'pec', '', 'revision', 1
    ), :at)
"""


async def test_an_invoice_from_before_treatments_were_named_is_domestic_and_its_lines_have_no_nature(
    databases: TestDatabases,
) -> None:
    name = f"old_{secrets.token_hex(6)}"
    await provision.create_database(databases.admin_url(), name)
    url = async_url(databases.admin_url()).set(database=name).render_as_string(hide_password=False)
    await asyncio.to_thread(command.upgrade, migrations._config("invoicing", url), OLD)
    invoice_id, database = new_id(), Database.connect(url, "invoicing")
    values = {"id": invoice_id, "order": new_id(), "at": datetime(2026, 3, 2, 10, tzinfo=UTC)}
    async with database.transaction() as conn:
        for statement in (_DOCUMENT, _LINE, _CUSTOMER):
            await conn.execute(text(statement), {key: value for key, value in values.items() if f":{key}" in statement})
    await asyncio.to_thread(migrations.upgrade, "invoicing", url)
    async with database.reading() as conn:
        found = await documents.by_id(conn, invoice_id)
        [customer] = await conn.scalars(text("SELECT customer FROM customers"))
    await database.close()
    assert found is not None
    assert "phone" not in customer
    assert customer["codice_fiscale"] == "RSSNNA80A41D612P"
    assert found.treatment is TaxTreatment.DOMESTIC
    assert [(line.vat_rate, line.natura) for line in found.lines] == [(Decimal(22), None)]
