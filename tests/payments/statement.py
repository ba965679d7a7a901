"""Writes small camt.053 statements for tests, in the shape of version 8."""

from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from services.payments.settings import EXAMPLE_IBAN

ANY_DAY = date(2026, 11, 20)
"""Booking date of an entry whose day does not matter: the world imports it as booked today by its own clock."""
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


@dataclass(frozen=True)
class Entry:
    """One booked transfer."""

    minor: int
    text: str = ""
    reference: str = ""
    bank_reference: str = ""
    end_to_end: str = "NOTPROVIDED"
    day: date | None = ANY_DAY
    currency: str = "EUR"
    direction: str = "CRDT"
    status: str = "BOOK"
    reversal: bool = False
    debtor: str = "Mario Prova"
    iban: str = "IT02L1234512345123456789012"

    def xml(self) -> str:
        amount = f'<Amt Ccy="{self.currency}">{self.minor // 100}.{self.minor % 100:02d}</Amt>'
        booked = f"<BookgDt><Dt>{self.day.isoformat()}</Dt></BookgDt>" if self.day else ""
        structured = f"<Strd><CdtrRefInf><Ref>{self.reference}</Ref></CdtrRefInf></Strd>" if self.reference else ""
        free = f"<Ustrd>{escape(self.text)}</Ustrd>" if self.text else ""
        servicer = f"<AcctSvcrRef>{self.bank_reference}</AcctSvcrRef>" if self.bank_reference else ""
        reversal = "<RvslInd>true</RvslInd>" if self.reversal else ""
        return (
            f"<Ntry>{amount}<CdtDbtInd>{self.direction}</CdtDbtInd>{reversal}<Sts><Cd>{self.status}</Cd></Sts>"
            f"{booked}{servicer}<NtryDtls><TxDtls><Refs><EndToEndId>{self.end_to_end}</EndToEndId></Refs>"
            f"<RltdPties><Dbtr><Pty><Nm>{escape(self.debtor)}</Nm></Pty></Dbtr>"
            f"<DbtrAcct><Id><IBAN>{self.iban}</IBAN></Id></DbtrAcct></RltdPties>"
            f"<RmtInf>{free}{structured}</RmtInf></TxDtls></NtryDtls></Ntry>"
        )


def balance(code: str, minor: int, currency: str = "EUR") -> str:
    """A balance of a statement: OPBD the opening, CLBD the closing booked one."""
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{currency}">{abs(minor) // 100}.{abs(minor) % 100:02d}</Amt>'
        f"<CdtDbtInd>{'DBIT' if minor < 0 else 'CRDT'}</CdtDbtInd></Bal>"
    )


def statement(*entries: Entry, number: str = "STMT-1", iban: str = EXAMPLE_IBAN, balances: str = "") -> bytes:
    """A file with one statement of our account."""
    inside = balances + "".join(entry.xml() for entry in entries)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{NAMESPACE}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>{number}</Id><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>"
        f"{inside}</Stmt></BkToCstmrStmt></Document>"
    ).encode()
