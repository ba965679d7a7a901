"""Reads a file of refunds that was handed to the bank (pain.001), where the rows that had made it are lost.

Only a whole one of our own is taken: from our account, of refunds alone, with the number and the sum that it says.
"""

from datetime import datetime

from services.kit.money import Money, total
from services.payments.domain.refunds import MOST_ATTEMPTS, refund_meant
from services.payments.domain.refunds_in_files import HandedOver, InFile
from services.payments.statements.amounts import minor_units
from services.payments.statements.xml import Element, child, child_text, children, path_text, root_of

_MOST_TRANSFERS = 1_000
_LONGEST_ID, _LONGEST_IBAN = 35, 34


class UnreadableRefundFileError(ValueError):
    """It is no whole file of refunds of ours; its text names what is wrong, and nothing of a person."""


def read(content: bytes, our_iban: str) -> HandedOver:
    """Read a file of refunds.

    Args:
        content: As `pain.write` had made it.
        our_iban: From which account refunds leave.

    Raises:
        UnreadableRefundFileError: It is none; nothing of such a file is taken.
    """
    try:
        return _read(root_of(content), our_iban)
    except UnreadableRefundFileError:
        raise
    except ValueError as error:
        raise UnreadableRefundFileError(str(error)) from error


def _read(root: Element, our_iban: str) -> HandedOver:
    initiation = child(root, "CstmrCdtTrfInitn")
    header = child(initiation, "GrpHdr")
    if header is None:
        raise UnreadableRefundFileError("no file of transfers for a bank (pain.001)")
    payments = children(initiation, "PmtInf")
    if any(path_text(each, "DbtrAcct", "Id", "IBAN") != our_iban for each in payments):
        raise UnreadableRefundFileError("its transfers leave from another account than ours")
    found = [transfer for payment in payments for transfer in children(payment, "CdtTrfTxInf")]
    if not found or len(found) > _MOST_TRANSFERS:
        raise UnreadableRefundFileError(f"it has not 1 to {_MOST_TRANSFERS} transfers")
    transfers = tuple(_transfer(place, each) for place, each in enumerate(found, 1))
    said = (child_text(header, "NbOfTxs"), minor_units(child_text(header, "CtrlSum") or "", "EUR"))
    if said != (str(len(transfers)), total(each.amount for each in transfers).minor):
        raise UnreadableRefundFileError("its transfers are not the number and the sum that its header says: it is cut")
    if len({each.refund_id for each in transfers}) != len(transfers):
        raise UnreadableRefundFileError("it has a refund twice")
    return HandedOver(_message_id(header), _made_at(header), transfers)


def _message_id(header: Element) -> str:
    found = child_text(header, "MsgId") or ""
    if not 1 <= len(found) <= _LONGEST_ID:
        raise UnreadableRefundFileError("it has no message id")
    return found


def _made_at(header: Element) -> datetime:
    try:
        found = datetime.fromisoformat(child_text(header, "CreDtTm") or "")
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise UnreadableRefundFileError("it does not say when it was made")
    return found


def _transfer(place: int, element: Element) -> InFile:
    meant = refund_meant(path_text(element, "PmtId", "EndToEndId"))
    if meant is None or not 1 <= meant[1] <= MOST_ATTEMPTS:
        raise UnreadableRefundFileError(f"its transfer {place} is no refund of Casella")
    wrapping = child(element, "Amt")
    amount = None if wrapping is None else child(wrapping, "InstdAmt")
    if amount is None or amount.get("Ccy") != "EUR":
        raise UnreadableRefundFileError(f"its transfer {place} has no amount in euro")
    minor = minor_units((amount.text or "").strip(), "EUR")
    iban = path_text(element, "CdtrAcct", "Id", "IBAN") or ""
    if minor <= 0 or not 1 <= len(iban) <= _LONGEST_IBAN:
        raise UnreadableRefundFileError(f"its transfer {place} has no amount or no account")
    return InFile(*meant, Money(minor, "EUR"), iban, path_text(element, "Cdtr", "Nm") or "")
