"""Who contracts with customers, writes to them and issues their documents, as every service reads it.

One company: were ordering's terms or an email to name another one than the invoices, the customer would not know who
owes what.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.kit.company import Company

EXAMPLE_VAT_NUMBER = "07123450483"
"""A number with a right check digit and no company behind it, for trying Casella."""
EXAMPLE_REA_NUMBER = "712345"
EXAMPLES: Mapping[str, str] = {
    "issuer_vat_number": EXAMPLE_VAT_NUMBER,
    "issuer_codice_fiscale": EXAMPLE_VAT_NUMBER,
    "issuer_rea_number": EXAMPLE_REA_NUMBER,
}
"""What production refuses: nobody deals with real customers under the example's numbers."""


class IssuerSettings(BaseSettings):
    """The company as in the register of companies, and how to reach it.

    Attributes:
        issuer_register_office: Where that register is kept; its number there is the codice fiscale.
        issuer_rea_number: Empty for an issuer without an entry in the register.
        issuer_capital: Paid-up share capital in euro; empty where the legal form has none.
        issuer_sole_shareholder: Whether one person holds all shares; empty where the legal form has none.
    """

    model_config = SettingsConfigDict(env_prefix="CASELLA_", extra="ignore", hide_input_in_errors=True)

    issuer_name: str = "Casella Esempio S.r.l."
    issuer_street: str = "Via dei Servi 12"
    issuer_postal_code: str = "50122"
    issuer_city: str = "Firenze"
    issuer_province: str = "FI"
    issuer_vat_number: str = EXAMPLE_VAT_NUMBER
    issuer_codice_fiscale: str = EXAMPLE_VAT_NUMBER
    issuer_register_office: str = "Firenze"
    issuer_rea_office: str = "FI"
    issuer_rea_number: str = EXAMPLE_REA_NUMBER
    issuer_capital: Decimal | None = Decimal(10_000)
    issuer_sole_shareholder: bool | None = False
    issuer_in_liquidation: bool = False
    issuer_phone: str = "+390550123456"
    issuer_email: str = "amministrazione@casella.example"

    @field_validator("issuer_capital", "issuer_sole_shareholder", mode="before")
    @classmethod
    def _none_where_empty(cls, value: object) -> object:
        """An environment knows no None: a variable that is set to nothing means it."""
        return None if value == "" else value

    @cached_property
    def company(self) -> Company:
        """The company."""
        return Company(
            name=self.issuer_name,
            street=self.issuer_street,
            postal_code=self.issuer_postal_code,
            city=self.issuer_city,
            province=self.issuer_province,
            vat_number=self.issuer_vat_number,
            codice_fiscale=self.issuer_codice_fiscale,
            register_office=self.issuer_register_office,
            rea_office=self.issuer_rea_office,
            rea_number=self.issuer_rea_number,
            capital=self.issuer_capital,
            sole_shareholder=self.issuer_sole_shareholder,
            in_liquidation=self.issuer_in_liquidation,
        )
