"""Decides who issues: the provider's own fiscal identity, as it stands on every document."""

from dataclasses import dataclass

from services.invoicing.domain.customers import Address
from services.kit.company import Company


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer(Company):
    """The provider; its codice fiscale names the files sent to the SdI.

    Attributes:
        brand: Name under which the service is sold; heads the documents.
        tax_regime: `RegimeFiscale`; RF01 is the ordinary one.
    """

    brand: str
    tax_regime: str
    phone: str
    email: str
    pec: str
    website: str

    @property
    def address(self) -> Address:
        """The registered office."""
        return Address(self.street, self.postal_code, self.city, self.province, "IT")
