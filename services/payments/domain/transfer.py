"""What a customer needs to pay by bank transfer: account, exact holder, reference, amount, and all as a QR code's text.

The text follows EPC069-12 (version 002): the customer's banking app fills the form from it. Invoicing draws the code.
"""

from dataclasses import dataclass

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

from services.kit.money import MOST_MINOR
from services.payments.domain.references import CreditorReference

_MAX_NAME = 70


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Our own account, as printed on a proforma. Banks verify the payee's name, so it is exactly the holder's."""

    iban: str
    holder: str
    bic: str

    @classmethod
    def parse(cls, iban: str, holder: str, bic: str) -> "BankAccount":
        """Check what the operator set; `bic` may be empty.

        Raises:
            ValueError: IBAN or BIC are not valid, or the holder's name is empty, too long or has control characters.
        """
        try:
            valid_iban = IBAN(iban, validate_bban=True)
            valid_bic = str(BIC(bic)) if bic else ""
        except SchwiftyException as error:
            raise ValueError(f"bank account: {error}") from error
        if not 0 < len(holder) <= _MAX_NAME or not holder.isprintable():
            raise ValueError(f"bank account: the holder's name needs 1 to {_MAX_NAME} printable characters")
        return cls(str(valid_iban), holder, valid_bic)


def epc_payload(account: BankAccount, reference: CreditorReference, minor: int) -> str:
    """The text inside the QR code, in UTF-8.

    Args:
        account: Where the money goes.
        reference: The structured remittance information; EPC allows it or a free text, never both.
        minor: Euro cents, from 1 to 99999999999.

    Raises:
        ValueError: The amount is outside what the standard can say.
    """
    if not 1 <= minor <= MOST_MINOR:
        raise ValueError("EPC QR: the amount must lie between EUR 0.01 and EUR 999999999.99")
    amount = f"EUR{minor // 100}.{minor % 100:02d}"
    lines = ["BCD", "002", "1", "SCT", account.bic, account.holder, account.iban, amount, "", reference.value]
    return "\n".join(lines)
