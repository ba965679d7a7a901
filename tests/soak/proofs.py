"""What must be true at a month's end, each as a function of what was read: it gives what is wrong, in plain words."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from tests.cli.running import Ran
from workflows import names

_HELD = ("credit", "reserved", "suspense", "refunds", "set_aside")
"""Ledger accounts of money that is here and pays no invoice: in credit."""
_LOST = ("shortfall", "disputed", "dispute_fees", "provider_fees")
"""Those of money that was billed and is not here: in debit."""
_ITALIAN_VAT = Decimal("0.22")
_PROFORMA = invoicing_pb2.DOCUMENT_KIND_PROFORMA
_INVOICE = invoicing_pb2.DOCUMENT_KIND_INVOICE
_ADVANCE = invoicing_pb2.DOCUMENT_KIND_ADVANCE_INVOICE
_CREDIT_NOTE = invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE

_RUNS = ordering_pb2.SUBSCRIPTION_STATE_ACTIVE
_DOCUMENT = re.compile(
    r"(Fattura|Fattura di acconto|Nota di credito|Invoice|Credit note) \d+/\d+(?!.*(nuova copia|new .*copy))"
    r"|Proforma \S+: (come pagare|pagata|how to pay|paid)"
)
"""The subject of an email that brings a document for the first time; a corrected copy may follow, more than once."""

Documents = Collection[invoicing_pb2.Document]
Contract = tuple[ordering_pb2.Subscription, mailboxes_pb2.AccessState]
"""As ordering tells it, and what mailboxes lets its account do."""


@dataclass(frozen=True)
class Money:
    """Cents.

    Attributes:
        came: What bank and Stripe took less what they gave back, in their own words.
        billed: What was invoiced less what was credited; what is owed, or waits as a part payment, left out.
        held: What the ledger says is here and pays nothing, less what is still billed.
        lost: What was billed and forgiven, disputed, or kept by the provider as fees.
    """

    came: int
    billed: int
    held: int
    lost: int

    @classmethod
    def of(
        cls, came: int, documents: Documents, balances: Mapping[str, int], going_back: Collection[tuple[str, int]] = ()
    ) -> "Money":
        """Count it.

        Args:
            came: See above.
            documents: All of them.
            balances: Of the ledger's accounts, debit above zero.
            going_back: Refunds of sales that have not left, each with the order or period, and cents. The credit note
                follows the money: until then it is billed, and held for its customer, too.
        """
        waiting = {each.document_id for each in documents if each.kind == _ADVANCE and not each.deducted_by}
        counted = (
            each
            for each in documents
            if each.kind != _PROFORMA
            and not owed(each)
            and each.document_id not in waiting
            and each.credit.invoice_id not in waiting
        )
        held = -sum(balances.get(account, 0) for account in _HELD)
        held -= sum(minor for cause, minor in going_back if cause not in _credited(documents))
        return cls(came, sum(map(signed, counted)), held, sum(balances.get(account, 0) for account in _LOST))

    def wrong(self) -> list[str]:
        """Each cent that came is an invoice's, or is held, less what was lost."""
        if self.came == self.billed + self.held - self.lost:
            return []
        return [f"money: {self.came} came and stayed, but {self.billed} billed + {self.held} held - {self.lost} lost"]


def numbered(documents: Documents) -> list[str]:
    """Per series and year: every number from 1 on once, and the year is that of the document's date.

    Proformas are no fiscal documents, and go with an account that never paid: what is left of their series has gaps.
    """
    series: dict[str, list[int]] = defaultdict(list)
    found = []
    for each in (each for each in documents if each.kind != _PROFORMA):
        name, _, sequence = each.number.rpartition("/")
        series[name].append(int(sequence))
        if int(name[-4:]) != each.date.year:
            found.append(f"numbering: {each.number} is dated in {each.date.year}")
    for name, sequences in series.items():
        if sorted(sequences) != list(range(1, len(sequences) + 1)):
            twice = sorted(number for number, times in Counter(sequences).items() if times > 1)
            missing = sorted(set(range(1, max(sequences) + 1)) - set(sequences))
            found.append(f"numbering: series {name} lacks {missing} and has twice {twice}")
    return found


def billed_once(documents: Documents) -> list[str]:
    """One final invoice for an order or a period."""
    finals = Counter(_cause(each) for each in documents if each.kind == _INVOICE)
    return [f"invoices: {cause} was invoiced {times} times" for cause, times in finals.items() if times > 1]


def paid_as_billed(documents: Documents, paid: Iterable[payments_pb2.PaymentRequest]) -> list[str]:
    """Of each customer and kind of tax, what was paid is what was invoiced."""
    treatments = {_cause(each): each.tax_treatment for each in documents if each.kind == _INVOICE}
    sums: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    for each in documents:
        if each.kind == _INVOICE and not owed(each):
            before = sum(advance.gross.minor for advance in each.advances)
            sums[each.account_id, each.tax_treatment][0] += each.totals.gross.minor + before
    for request in paid:
        treatment = treatments.get(request.period.period_id or request.order_id, 0)
        sums[request.account_id, treatment][1] += request.total.minor
    return [
        f"payments: account {account} has {invoiced} invoiced as {common.TaxTreatment.Name(treatment)} and {paid} paid"
        for (account, treatment), (invoiced, paid) in sums.items()
        if invoiced != paid
    ]


def taxed(
    documents: Documents, expected: Mapping[str, common.TaxTreatment], with_vat: Collection[str] = ()
) -> list[str]:
    """Each sale as its customer's seat and papers want it, with the VAT of its rate on the summed net.

    What has its sum from the money and not from a price, as a credit note or the invoice of a part payment has, may lie
    a cent beside the rate (SdI code 00421): not every gross sum has a net one.

    Args:
        documents: All of them.
        expected: By account.
        with_vat: The workflows of orders and periods for which an operator chose Italian VAT for want of a proof; it
            stands for later periods of the same customer too.
    """
    found, charged = [], {each.account_id for each in documents if _mover(each) in with_vat}
    for each in documents:
        if each.kind == _PROFORMA:
            continue
        domestic = each.tax_treatment == common.TAX_TREATMENT_DOMESTIC
        vat = int((each.totals.net.minor * _ITALIAN_VAT).quantize(Decimal(1), ROUND_HALF_UP)) if domestic else 0
        wanted = expected.get(each.account_id, each.tax_treatment)
        stands = domestic and each.HasField("period") and each.account_id in charged
        if stands or _mover(each) in with_vat:
            wanted = common.TAX_TREATMENT_DOMESTIC
        beside = 1 if domestic and (each.kind != _INVOICE or each.advances) else 0
        if each.tax_treatment != wanted or abs(each.totals.vat.minor - vat) > beside:
            found.append(
                f"tax: {each.number} has {common.TaxTreatment.Name(each.tax_treatment)} with {each.totals.vat.minor} "
                f"on {each.totals.net.minor}, not {common.TaxTreatment.Name(wanted)} with {vat}"
            )
        if each.totals.net.minor + each.totals.vat.minor != each.totals.gross.minor:
            found.append(f"tax: {each.number} does not add up")
    return found


def served(contracts: Iterable[Contract]) -> list[str]:
    """Whoever has a contract that runs is unlocked, or suspended while it is in arrears; nobody is after its end."""
    found = []
    for subscription, state in contracts:
        paid = subscription.state == _RUNS and not subscription.HasField("suspended_at")
        if (state == mailboxes_pb2.ACCESS_STATE_UNLOCKED) != paid:
            found.append(
                f"service: account {subscription.account_id} has {mailboxes_pb2.AccessState.Name(state)}, and its "
                f"contract {'runs' if paid else 'is in arrears or over'}"
            )
    return found


def written_once(letters: Collection[tuple[str, str]]) -> list[str]:
    """No email came twice, and no document was sent in two emails: by Message-ID and subject of each."""
    twice = {of for of, times in Counter(of for of, _ in letters).items() if times > 1}
    found = {f"email: {subject} came twice" for of, subject in letters if of in twice}
    documents = Counter(subject for _, subject in dict(letters).items() if _DOCUMENT.match(subject))
    found |= {f"email: {subject} was written {times} times" for subject, times in documents.items() if times > 1}
    return sorted(found)


_FOR_A_PERSON = (
    "e-invoices that the SdI does not have",
    "lost disputes and money taken back that wait for your decision",
    "money that pays nothing by itself",
)
"""What the doctor calls wrong from its first hour or day on, because only a person mends it; the soak's operator comes
by day, and leaves a part payment to its payer for a while. What was left too long the audit and the operator's own dead
ends tell."""


def examined(doctor: Ran) -> list[str]:
    """What the doctor found wrong; one that could not examine at all has found nothing, and that is wrong, too."""
    wrong = [line.strip() for line in doctor.out.splitlines() if "WRONG" in line]
    if doctor.code and not wrong:
        return [f"casella doctor, {doctor.code}: {doctor.out}{doctor.err}"]
    return [f"casella doctor: {line}" for line in wrong if not any(each in line for each in _FOR_A_PERSON)]


def audited(audit: Ran) -> list[str]:
    """What the audit found."""
    return [f"casella audit: {audit.out}{audit.err}"] if audit.code else []


@dataclass(frozen=True)
class Rows:
    """The rows that are not final, by the id of the workflow that moves each on.

    Attributes:
        unfinished: All of them.
        undated: How many rows of each table are open and have no next date.
        late: Those a day and more past their next date.
    """

    unfinished: frozenset[str]
    undated: Mapping[str, int]
    late: frozenset[str]

    def wrong(self, running: Collection[str]) -> list[str]:
        """Each has its next date and its running workflow, and no workflow runs without one."""
        found = [f"rows: {count} of {table} are open without a next date" for table, count in self.undated.items()]
        found += [f"rows: {each} is past its date" for each in sorted(self.late)]
        found += [f"rows: {each} has no running workflow" for each in sorted(self.unfinished - set(running))]
        return found + [f"rows: {each} runs without an open row" for each in sorted(set(running) - self.unfinished)]


def signed(document: invoicing_pb2.Document) -> int:
    """Cents of a document, negative for a credit note."""
    minor = document.totals.gross.minor
    return -minor if document.kind == _CREDIT_NOTE else minor


def owed(document: invoicing_pb2.Document) -> bool:
    """Whether it was issued before its payment, which has not come: of a business abroad."""
    return document.HasField("due_on") and not document.HasField("paid_on")


def _cause(document: invoicing_pb2.Document) -> str:
    return document.period.period_id or document.order_id


def _credited(documents: Documents) -> set[str]:
    """The orders and periods on whose invoice there is a credit note."""
    noted = {each.credit.invoice_id for each in documents if each.kind == _CREDIT_NOTE}
    return {_cause(each) for each in documents if each.kind == _INVOICE and each.document_id in noted}


def _mover(document: invoicing_pb2.Document) -> str:
    """The workflow of the order or the period."""
    if document.HasField("period"):
        return names.renewal_id(document.period.subscription_id, document.period.number)
    return names.order_id(document.order_id)
