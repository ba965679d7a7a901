"""What this room reads from the environment beside what every room reads; production refuses the examples."""

from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

from services.invoicing.domain.documents import Address
from services.invoicing.domain.issuer import Issuer
from services.invoicing.sdi.pec import PecAccount
from services.kit.issuer_settings import EXAMPLE_VAT_NUMBER, IssuerSettings
from services.kit.settings import UnsafeSettings
from services.kit.tax_ids import CodiceFiscale, VatNumber


class InvoicingSettings(IssuerSettings):
    """Invoicing's settings.

    Attributes:
        issuer_*: More about who issues; the brand on the documents is `provider_name`.
        issuer_capital: Paid-up share capital in euro; empty where the legal form has none.
        issuer_sole_shareholder: Whether one person holds all shares; empty where the legal form has none.
        issuer_tax_regime: `RegimeFiscale` of FatturaPA; RF01 is the ordinary one.
        pec_address: The certified mailbox that speaks with the SdI; the user name at its servers.
        pec_password_file: Its password; sent only over TLS, or to the local stand-ins.
        pec_smtp_*, pec_imap_*: Its servers. Without TLS in local mode only.
        fatturapa_xsd: The FatturaPA schema 1.2.3; empty for the one of the installed package.
    """

    issuer_codice_fiscale: str = EXAMPLE_VAT_NUMBER
    issuer_rea_office: str = "FI"
    issuer_rea_number: str = "712345"
    issuer_capital: Decimal | None = Decimal(10_000)
    issuer_sole_shareholder: bool | None = False
    issuer_in_liquidation: bool = False
    issuer_tax_regime: str = "RF01"
    issuer_website: str = "www.casella.example"
    pec_address: str = "fatture@pec.casella.example"
    pec_password_file: Path | None = None
    pec_smtp_host: str = "127.0.0.1"
    pec_smtp_port: int = 2526
    pec_smtp_tls: Literal["none", "starttls", "implicit"] = "none"
    pec_imap_host: str = "127.0.0.1"
    pec_imap_port: int = 2143
    pec_imap_tls: Literal["none", "implicit"] = "none"
    fatturapa_xsd: Path | None = None

    @model_validator(mode="after")
    def _refuse_unsafe_channel(self) -> Self:
        """Refuse to send real invoices in the clear."""
        if self.local:
            return self
        if "none" in {self.pec_smtp_tls, self.pec_imap_tls}:
            raise UnsafeSettings("CASELLA_PEC_SMTP_TLS and CASELLA_PEC_IMAP_TLS: production needs TLS")
        if self.pec_password_file is None:
            raise UnsafeSettings("CASELLA_PEC_PASSWORD_FILE names the certified mailbox's password: set it")
        return self

    @cached_property
    def issuer(self) -> Issuer:
        """Who issues, with its numbers checked.

        Raises:
            InvalidValue: VAT number or codice fiscale are not valid.
        """
        return Issuer(
            name=self.issuer_name,
            brand=self.provider_name,
            address=Address(self.issuer_street, self.issuer_postal_code, self.issuer_city, self.issuer_province, "IT"),
            vat_number=VatNumber.parse(self.issuer_vat_number).value,
            codice_fiscale=CodiceFiscale.parse(self.issuer_codice_fiscale).value,
            rea_office=self.issuer_rea_office,
            rea_number=self.issuer_rea_number,
            capital=self.issuer_capital,
            sole_shareholder=self.issuer_sole_shareholder,
            in_liquidation=self.issuer_in_liquidation,
            tax_regime=self.issuer_tax_regime,
            phone=self.issuer_phone,
            email=self.issuer_email,
            pec=self.pec_address,
            website=self.issuer_website,
        )

    @cached_property
    def pec_account(self) -> PecAccount:
        """The certified mailbox and its servers."""
        return PecAccount(
            address=self.pec_address,
            password=self.pec_password_file.read_text().strip() if self.pec_password_file else "",
            smtp_host=self.pec_smtp_host,
            smtp_port=self.pec_smtp_port,
            smtp_tls=self.pec_smtp_tls,
            imap_host=self.pec_imap_host,
            imap_port=self.pec_imap_port,
            imap_tls=self.pec_imap_tls,
        )
