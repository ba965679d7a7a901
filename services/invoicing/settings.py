"""What this room reads from the environment beside what every room reads; production refuses the examples."""

from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

from services.invoicing.domain.issuer import Issuer
from services.invoicing.sdi.pec import PecAccount
from services.kit.settings import RoomSettings, UnsafeSettings
from services.kit.tax_ids import CodiceFiscale, VatNumber


class InvoicingSettings(RoomSettings):
    """Invoicing's settings.

    Attributes:
        issuer_tax_regime: `RegimeFiscale` of FatturaPA; RF01 is the ordinary one.
        pec_address: The certified mailbox that speaks with the SdI; the user name at its servers.
        pec_password_file: Its password; sent only over TLS, or to the local stand-ins.
        pec_smtp_*, pec_imap_*: Its servers. Without TLS in local mode only.
        fatturapa_xsd: The FatturaPA schema 1.2.3; empty for the one of the installed package.
    """

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
        company = replace(
            self.company,
            vat_number=VatNumber.parse(self.issuer_vat_number).value,
            codice_fiscale=CodiceFiscale.parse(self.issuer_codice_fiscale).value,
        )
        return Issuer(
            **asdict(company),
            brand=self.provider_name,
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
