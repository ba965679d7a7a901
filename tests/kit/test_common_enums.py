"""Rooms are independent, so each that needs an enumeration of the contracts writes it anew: all copies say the same."""

from enum import StrEnum
from typing import Any

import pytest

from casella.common.v1 import common_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.payments.v1 import payments_pb2
from casella.trial.v1 import trial_pb2
from services.invoicing.domain import customers as invoiced_to
from services.invoicing.domain import documents
from services.invoicing.domain import tax as invoiced_tax
from services.invoicing.servicer import parties as invoicing_parties
from services.invoicing.servicer import requests as invoicing_requests
from services.mailboxes.domain import states as mailboxes_states
from services.mailboxes.servicer import account_rpcs
from services.mailboxes.servicer import translate as mailboxes_translate
from services.ordering import enums as ordering_enums
from services.ordering import readings
from services.ordering.domain import facts, kinds, tax
from services.payments.domain import payment_requests, receipts
from services.payments.servicer import messages
from services.trial.domain import terms
from services.trial.servicer import translate

COPIES = [
    (common_pb2.PaymentMethod, kinds.PaymentMethod, ordering_enums.METHODS),
    (common_pb2.PaymentMethod, payment_requests.Method, messages.METHODS),
    (common_pb2.PaymentMethod, documents.PaymentMethod, invoicing_requests.METHODS),
    (common_pb2.TaxTreatment, tax.TaxTreatment, ordering_enums.TREATMENTS),
    (common_pb2.TaxTreatment, invoiced_tax.TaxTreatment, invoicing_requests.TREATMENTS),
    (common_pb2.CustomerKind, kinds.CustomerKind, ordering_enums.KINDS),
    (common_pb2.CustomerKind, invoiced_to.CustomerKind, invoicing_parties.KINDS),
    (common_pb2.BillingPeriod, kinds.Billing, ordering_enums.BILLINGS),
    (common_pb2.BillingPeriod, mailboxes_states.Billing, account_rpcs.BILLINGS),
    (payments_pb2.MoneySource, receipts.Source, messages.SOURCES),
    (trial_pb2.TrialState, terms.TrialState, translate.TRIAL_STATES),
    (trial_pb2.TrialState, facts.TrialState, readings.TRIALS),
]


@pytest.mark.parametrize(("contract", "words", "table"), COPIES, ids=lambda value: getattr(value, "__module__", ""))
def test_a_rooms_copy_has_the_names_and_numbers_of_the_contract(
    contract: Any, words: type[StrEnum], table: Any
) -> None:
    unspecified = contract.Name(0)
    prefix = unspecified.removesuffix("UNSPECIFIED")
    assert prefix != unspecified
    wanted = {name.removeprefix(prefix): number for name, number in contract.items() if number}
    assert {word.name: table[word] for word in words} == wanted
    assert [word.value for word in words] == [word.name.lower() for word in words], "rows and logs of all rooms agree"


@pytest.mark.parametrize("sizes", [ordering_enums.SIZES, mailboxes_translate.SIZES], ids=["ordering", "mailboxes"])
def test_a_rooms_sizes_have_the_gigabytes_of_their_names(sizes: Any) -> None:
    wanted = {
        f"MAILBOX_SIZE_{sizes.word(number)}_GB": number for number in mailboxes_pb2.MailboxSize.values() if number
    }
    assert wanted == {name: number for name, number in mailboxes_pb2.MailboxSize.items() if number}
