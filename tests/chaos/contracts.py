"""Which moments there are by the contracts: of every RPC that may write, every activity, every call of an outsider."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import stripe

from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import erasures_pb2, support_pb2, webhooks_pb2
from casella.trial.v1 import trial_pb2
from deploy.local.provision import ROOMS
from tests.e2e.doubling import READS
from workflows import worker
from workflows.activities.erasing import ErasureSteps
from workflows.activities.invoicing import InvoicingSteps
from workflows.activities.mailboxes import MailboxesSteps
from workflows.activities.ordering import OrderingSteps
from workflows.activities.payments import PaymentsSteps
from workflows.activities.trial import TrialSteps

_STEPS = (TrialSteps, MailboxesSteps, OrderingSteps, PaymentsSteps, InvoicingSteps, ErasureSteps)
_CONTRACTS = {
    "trial": [trial_pb2], "mailboxes": [mailboxes_pb2], "ordering": [ordering_pb2], "payments": [payments_pb2],
    "invoicing": [invoicing_pb2], "support": [support_pb2, erasures_pb2, webhooks_pb2],
}  # fmt: skip
_PROVIDER = Path(__file__).parents[2] / "services" / "payments" / "provider"
_ONE_ROOMS = ("dns", "vies", "sdi.send", "sdi.receipts", "webhook")

OUT_OF_REACH = {
    "mailboxes.wake.*": "mailboxes wakes no workflow",
    "mailboxes.mail.*": "mailboxes writes no email",
    "mailboxes.relay.*": "mailboxes has nothing to deliver: it wakes no workflow and writes no email",
    "support.RepeatErasure.*": "only while restored rows hold themselves: tests/support_room/test_erasures.py",
    "activity.NotePaymentOnInvoice.*": "what accrues abroad is invoiced by the 15th: tests/e2e/test_renewals_abroad.py",
    "invoicing.RecordInvoicePaid.*": "what accrues abroad is invoiced by the 15th: tests/e2e/test_renewals_abroad.py",
    "activity.BookPayout.*": "one commit that nothing follows: tests/payments/test_payouts.py",
    "payments.UndoPayout.*": "one commit that nothing follows: tests/payments/test_payouts.py",
    "payments.BookPayout.*": "one commit that nothing follows: tests/payments/test_payouts.py",
    "payments.RecordRefundFile.*": "only on rows that were restored: tests/payments/test_refunds_in_files.py",
    "stripe.PaymentIntentService.list.*": "only reading back after a restore: tests/payments/test_reading_back.py",
}
"""Why no story passes a moment, by pattern."""


def expected() -> list[str]:
    """Every moment that a Casella passes at least, sorted."""
    around = [*_activities(), *_outside()]
    return sorted(
        [f"{name}.{side}" for name in around for side in ("before", "after")]
        + [f"{name}.{side}_commit" for name in _commits() for side in ("before", "after")]
    )


def _commits() -> Iterator[str]:
    for room, contracts in _CONTRACTS.items():
        yield from (f"{room}.relay.{kind}" for kind in ("wakes", "mail"))
        for contract in contracts:
            for service in contract.DESCRIPTOR.services_by_name.values():
                yield from (f"{room}.{rpc.name}" for rpc in service.methods if not rpc.name.startswith(READS))


def _activities() -> Iterator[str]:
    for steps in _STEPS:
        for activity in worker.activities_of(steps):
            definition: Any = getattr(activity, "__temporal_activity_definition")
            yield f"activity.{definition.name}"


def _outside() -> Iterator[str]:
    yield from _ONE_ROOMS
    yield from sorted(set(_stripe_calls()))
    for room in ROOMS:
        yield from (f"{room}.{kind}" for kind in ("wake", "mail"))


def _stripe_calls() -> Iterator[str]:
    """What payments asks Stripe for, as its source says: ``self._client.v1.refunds.create_async`` and the like."""
    client = stripe.StripeClient("sk_test_of_nobody")
    for file in _PROVIDER.glob("stripe_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and node.attr.endswith("_async"):
                path = ast.unparse(node).partition("self._client.")[2]
                if path:
                    method: Any = client
                    for name in path.split("."):
                        method = getattr(method, name)
                    yield f"stripe.{method.__qualname__.removesuffix('_async')}"
