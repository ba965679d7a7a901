"""Writes the file by which the bank is asked to transfer refunds: ISO 20022 pain.001.001.09, SEPA credit transfers.

A function of what it is given, so the same refunds and time give the same bytes. What the EPC's implementation
guidelines (EPC132-08) ask is kept by construction and judged once more before the file leaves: characters, lengths,
sums and unique end-to-end ids. Each transfer is to be booked by itself, so that the statement names it.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lxml import etree

from services.kit.calendar import ROME
from services.kit.money import Money, total
from services.payments.domain.transfer import BankAccount

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_LONGEST_ID, _LONGEST_NAME, _LONGEST_TEXT = 35, 70, 140
_ALLOWED = re.compile(r"[A-Za-z0-9/?:().,'+ -]+")
"""What every SEPA bank takes (EPC217-08)."""
_INSTEAD = str.maketrans({"ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"})
_DIFFERENT = {"&": "+", "_": "-", "–": "-", "—": "-", "’": "'", "`": "'"}


class UnfitForTransferError(ValueError):
    """A file would break a rule of SEPA credit transfers; its text names the rule, never a person."""


@dataclass(frozen=True, slots=True)
class CreditTransfer:
    """One transfer of a file.

    Attributes:
        end_to_end: By which the statement names it, at most 35 characters.
        amount: In euro.
        iban: Where to.
        holder: Of that account.
        text: What the payee reads, at most 140 characters.
    """

    end_to_end: str
    amount: Money
    iban: str
    holder: str
    text: str


def write(
    message_id: str, made_at: datetime, execute_on: date, debtor: BankAccount, transfers: Sequence[CreditTransfer]
) -> bytes:
    """The file.

    Args:
        message_id: Unique for ever: the bank refuses a second file of the same id.
        made_at: By the service's clock; written as Rome's time with its offset from UTC (ISO 20022, ISODateTime), so
            that a bank that ignores the offset reads the local time, as most files give it.
        execute_on: When the bank is asked to execute it; a day on which banks are closed moves on by itself.
        debtor: Our account.
        transfers: At least one.

    Raises:
        UnfitForTransferError: A rule is broken.
    """
    _check(message_id, transfers)
    root = etree.Element(f"{{{NAMESPACE}}}Document", nsmap={None: NAMESPACE})
    initiation = _add(root, "CstmrCdtTrfInitn")
    header = _add(initiation, "GrpHdr")
    _add(header, "MsgId", message_id)
    _add(header, "CreDtTm", made_at.astimezone(ROME).isoformat(timespec="seconds"))
    _add(header, "NbOfTxs", str(len(transfers)))
    _add(header, "CtrlSum", _decimal(total(each.amount for each in transfers)))
    _add(_add(header, "InitgPty"), "Nm", latin(debtor.holder, _LONGEST_NAME))
    payment = _add(initiation, "PmtInf")
    _add(payment, "PmtInfId", message_id)
    _add(payment, "PmtMtd", "TRF")
    _add(payment, "BtchBookg", "false")
    _add(payment, "NbOfTxs", str(len(transfers)))
    _add(payment, "CtrlSum", _decimal(total(each.amount for each in transfers)))
    _add(_add(_add(payment, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    _add(_add(payment, "ReqdExctnDt"), "Dt", execute_on.isoformat())
    _add(_add(payment, "Dbtr"), "Nm", latin(debtor.holder, _LONGEST_NAME))
    _add(_add(_add(payment, "DbtrAcct"), "Id"), "IBAN", debtor.iban)
    agent = _add(_add(payment, "DbtrAgt"), "FinInstnId")
    if debtor.bic:
        _add(agent, "BICFI", debtor.bic)
    else:
        _add(_add(agent, "Othr"), "Id", "NOTPROVIDED")
    _add(payment, "ChrgBr", "SLEV")
    for each in transfers:
        _transfer(payment, each)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def latin(text: str, longest: int) -> str:
    """A text in the letters that every SEPA bank takes, cut to its length."""
    plain = "".join(_DIFFERENT.get(character, character) for character in text.translate(_INSTEAD))
    letters = (c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    kept = "".join(c if _ALLOWED.fullmatch(c) else " " for c in letters)
    return " ".join(kept.split())[:longest].strip()


def _transfer(payment: etree._Element, transfer: CreditTransfer) -> None:
    inside = _add(payment, "CdtTrfTxInf")
    _add(_add(inside, "PmtId"), "EndToEndId", transfer.end_to_end)
    amount = _add(_add(inside, "Amt"), "InstdAmt", _decimal(transfer.amount))
    amount.set("Ccy", transfer.amount.currency)
    _add(_add(inside, "Cdtr"), "Nm", latin(transfer.holder, _LONGEST_NAME))
    _add(_add(_add(inside, "CdtrAcct"), "Id"), "IBAN", transfer.iban)
    _add(_add(inside, "RmtInf"), "Ustrd", latin(transfer.text, _LONGEST_TEXT))


def _check(message_id: str, transfers: Sequence[CreditTransfer]) -> None:
    ids = [each.end_to_end for each in transfers]
    rules = {
        "a file has a transfer": bool(transfers),
        "an id has 1 to 35 characters of the SEPA set": all(
            len(each) <= _LONGEST_ID and _ALLOWED.fullmatch(each) for each in (message_id, *ids)
        ),
        "an end-to-end id is unique": len(set(ids)) == len(ids),
        "an amount is in euro and above zero": all(
            t.amount.currency == "EUR" and t.amount.minor > 0 for t in transfers
        ),
        "a payee has a name in Latin letters": all(latin(each.holder, _LONGEST_NAME) for each in transfers),
        "a payee has an IBAN": all(each.iban for each in transfers),
    }
    broken = [rule for rule, kept in rules.items() if not kept]
    if broken:
        raise UnfitForTransferError("; ".join(broken))


def _decimal(amount: Money) -> str:
    return str(amount.decimal)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    child.text = text
    return child
