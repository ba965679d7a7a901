"""How an invented customer pays: on the hosted page behind the emailed link, or by a transfer in a bank statement."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from uuid import uuid4

import aiohttp
from lxml import etree
from stdnum import iso11649

from casella.common.v1 import common_pb2 as common
from casella.payments.v1 import payments_pb2
from deploy.local.demo.inbox import NoSuchMail, link_in, text_of
from deploy.local.demo.stage import Stage
from services.kit.calendar import ROME

_CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_SECONDS = aiohttp.ClientTimeout(total=60)


async def pay_online(gateway: str, proforma: EmailMessage, how: str = "card:succeeded") -> str:
    """Follow the pay link of a proforma's email and pay on the hosted page.

    Args:
        gateway: Address of the gateway.
        proforma: The email.
        how: What to press: ``card:succeeded``, ``paypal:succeeded``, ``card:declined``.

    Returns:
        The address of the page on which the customer ends.

    Raises:
        aiohttp.ClientResponseError: A page answers with an error.
    """
    async with aiohttp.ClientSession(timeout=_SECONDS, raise_for_status=True) as session:
        async with session.get(f"{gateway}/pay/{link_in(proforma, '/pay/')}") as page:
            hosted = page.url
        async with session.post(hosted, data={"pay": how}) as page:
            return str(page.url)


async def pay_by_transfer(
    stage: Stage, proforma: EmailMessage, amount: common.Money
) -> payments_pb2.ImportStatementResponse:
    """Transfer an amount as a proforma asks for it; today's statement of the bank is imported."""
    transfer = Transfer(amount, stage.now().astimezone(ROME).date(), creditor_reference(proforma))
    file = statement(statement_account(proforma), [transfer])
    return await stage.operator.payments.ImportStatement(payments_pb2.ImportStatementRequest(file=file))


@dataclass(frozen=True)
class Transfer:
    """One credit entry of a statement.

    Attributes:
        amount: What arrives.
        booked_on: Booking date.
        reference: RF creditor reference in its structured place; empty for none.
        text: Free text.
        payer: Name of the debtor.
        payer_iban: From where it comes; empty where the bank does not tell.
    """

    amount: common.Money
    booked_on: date
    reference: str = ""
    text: str = ""
    payer: str = "Bottega Cipressi S.r.l."
    payer_iban: str = ""


def statement(iban: str, transfers: Sequence[Transfer]) -> bytes:
    """A camt.053 statement of our account with these credits, as a bank writes it."""
    document = etree.Element(f"{{{_CAMT}}}Document", nsmap={None: _CAMT})
    root = _add(document, "BkToCstmrStmt")
    header = _add(root, "GrpHdr")
    _add(header, "MsgId", uuid4().hex[:30])
    _add(header, "CreDtTm", f"{max(entry.booked_on for entry in transfers)}T20:00:00")
    stmt = _add(root, "Stmt")
    _add(stmt, "Id", uuid4().hex[:30])
    _add(_add(_add(stmt, "Acct"), "Id"), "IBAN", iban)
    for entry in transfers:
        _entry(stmt, entry)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8")


def creditor_reference(proforma: EmailMessage) -> str:
    """The RF creditor reference that the email names.

    Raises:
        NoSuchMail: It names none with a right checksum.
    """
    for found in re.finditer(r"RF\d{2}[0-9A-Z \u00a0]{1,30}", text_of(proforma)):
        reference = re.sub(r"\s", "", found[0])
        if iso11649.is_valid(reference):
            return reference
    raise NoSuchMail(f"no creditor reference in: {proforma['Subject']}")


def statement_account(proforma: EmailMessage) -> str:
    """The IBAN that a proforma's email names."""
    words = text_of(proforma).replace("\u00a0", " ")
    found = next(line for line in words.splitlines() if "IBAN" in line)
    return "".join(found.partition("IBAN")[2].split()).lstrip(":*").rstrip("*.")


def _entry(stmt: etree._Element, transfer: Transfer) -> None:
    cents = transfer.amount.minor
    amount = f"{cents // 100}.{cents % 100:02d}"
    entry = _add(stmt, "Ntry")
    _add(entry, "Amt", amount).set("Ccy", transfer.amount.currency)
    _add(entry, "CdtDbtInd", "CRDT")
    _add(_add(entry, "Sts"), "Cd", "BOOK")
    _add(_add(entry, "BookgDt"), "Dt", transfer.booked_on.isoformat())
    _add(_add(entry, "ValDt"), "Dt", transfer.booked_on.isoformat())
    _add(entry, "AcctSvcrRef", uuid4().hex[:20].upper())
    _add(_add(_add(entry, "BkTxCd"), "Domn"), "Cd", "PMNT")
    details = _add(_add(entry, "NtryDtls"), "TxDtls")
    _add(_add(details, "Refs"), "EndToEndId", "NOTPROVIDED")
    _add(details, "Amt", amount).set("Ccy", transfer.amount.currency)
    _add(details, "CdtDbtInd", "CRDT")
    parties = _add(details, "RltdPties")
    _add(_add(_add(parties, "Dbtr"), "Pty"), "Nm", transfer.payer)
    if transfer.payer_iban:
        _add(_add(_add(parties, "DbtrAcct"), "Id"), "IBAN", transfer.payer_iban)
    remittance = _add(details, "RmtInf")
    if transfer.text:
        _add(remittance, "Ustrd", transfer.text)
    if transfer.reference:
        creditor = _add(_add(remittance, "Strd"), "CdtrRefInf")
        _add(_add(_add(creditor, "Tp"), "CdOrPrtry"), "Cd", "SCOR")
        _add(creditor, "Ref", transfer.reference)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_CAMT}}}{name}")
    element.text = text
    return element
