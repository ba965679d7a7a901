"""The company in whose name the tests write, and the settings of one that production takes for a real one."""

from collections.abc import Mapping
from decimal import Decimal

from services.kit.company import Company

COMPANY = Company(
    name="Posta Fiorentina S.r.l.",
    street="Via dei Servi 12",
    postal_code="50122",
    city="Firenze",
    province="FI",
    vat_number="07123450483",
    codice_fiscale="07123450483",
    register_office="Firenze",
    rea_office="FI",
    rea_number="712345",
    capital=Decimal(10_000),
    sole_shareholder=False,
    in_liquidation=False,
)

REAL_ISSUER: Mapping[str, str] = {
    "issuer_vat_number": "01234567897",
    "issuer_codice_fiscale": "01234567897",
    "issuer_rea_number": "654321",
}
