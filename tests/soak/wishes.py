"""What a customer of a soak may want beside paying: each wish by its chance, once for an order, on some later day."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from casella.common.v1 import common_pb2 as common
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from tests.e2e.resellers import delete_mailboxes, fill_panel
from tests.soak import paying

if TYPE_CHECKING:
    from tests.soak.person import Person

_OPTIONS = ((), ("archive",), ("activesync",), ("activesync", "archive"))
_SELLS_LESS = 0.8
_LARGER = (mailboxes_pb2.MAILBOX_SIZE_25_GB, mailboxes_pb2.MAILBOX_SIZE_50_GB)


@dataclass(frozen=True)
class Wish:
    """Something to be wanted.

    Attributes:
        chance: How many of those whom it may concern want it.
        days: After the order, from and before.
        do: What they do.
        concerns: Whom it may concern.
    """

    chance: float
    days: tuple[int, int]
    do: "Callable[[Person, date], Awaitable[None]]"
    concerns: "Callable[[Person], bool]" = lambda _: True


def make(person: "Person", today: date) -> None:
    """Throw the dice for each wish after an order."""
    for name, wish in WISHES.items():
        if person.rng.random() < wish.chance and wish.concerns(person):
            person.plan(today, person.rng.randrange(*wish.days), name, partial(wish.do, person))


async def _withdraw(person: "Person", today: date) -> None:
    if (await person.customer.withdrawal(person.order_id)).offer.pages:
        await person.customer.withdraw(person.order_id)
    else:
        person.note(today, "is offered no withdrawal")


async def _cancel_order(person: "Person", _: date) -> None:
    request = ordering_pb2.CancelOrderRequest(request_id=str(uuid4()), order_id=person.order_id)
    await person.customer.front.ordering.CancelOrder(request, metadata=await person.customer.me())


async def _order_again(person: "Person", today: date) -> None:
    """Who let the first order lapse may order again; refused while one is open or a contract runs."""
    await person.order(today)


async def _cancel(person: "Person", today: date) -> None:
    subscription = (await person.subscription()).subscription_id
    request = ordering_pb2.CancelSubscriptionRequest(request_id=str(uuid4()), subscription_id=subscription)
    await person.customer.front.ordering.CancelSubscription(request, metadata=await person.customer.me())
    if person.rng.random() < 0.5:
        person.plan(today, person.rng.randrange(0, 40), "stay after all", partial(_keep, person))


async def _keep(person: "Person", _: date) -> None:
    subscription = (await person.subscription()).subscription_id
    request = ordering_pb2.KeepSubscriptionRequest(request_id=str(uuid4()), subscription_id=subscription)
    await person.customer.front.ordering.KeepSubscription(request, metadata=await person.customer.me())


async def _add(person: "Person", today: date) -> None:
    """More places in an annual contract, by a further order."""
    more = person.rng.randint(1, 4)
    quote = await person.customer.quote(person.who.kind, common.BILLING_PERIOD_ANNUAL, more)
    method = person.rng.choice((common.PAYMENT_METHOD_BANK_TRANSFER, common.PAYMENT_METHOD_ONLINE))
    await person.customer.place_order(quote, method)
    person.note(today, f"adds {more}")


async def _grow(person: "Person", _: date) -> None:
    """Mailboxes in the panel, as many as the contract lets them."""
    await fill_panel(person.customer, person.rng.randint(4, 12))


async def _shrink(person: "Person", _: date) -> None:
    await delete_mailboxes(person.customer, person.rng.randint(1, 4))


async def _mailbox(person: "Person") -> mailboxes_pb2.Mailbox | None:
    asked = mailboxes_pb2.ListMailboxesRequest(account_id=person.customer.account_id)
    answer = await person.customer.front.mailboxes.ListMailboxes(asked, metadata=await person.customer.me())
    return person.rng.choice(answer.mailboxes) if answer.mailboxes else None


async def _options(person: "Person", _: date) -> None:
    if mailbox := await _mailbox(person):
        await person.customer.set_options(mailbox, *person.rng.choice(_OPTIONS))


async def _upgrade(person: "Person", _: date) -> None:
    """A larger mailbox."""
    if mailbox := await _mailbox(person):
        request = mailboxes_pb2.UpdateMailboxRequest(
            request_id=str(uuid4()), mailbox_id=mailbox.mailbox_id, size=person.rng.choice(_LARGER)
        )
        await person.customer.front.mailboxes.UpdateMailbox(request, metadata=await person.customer.me())


async def _change_method(person: "Person", _: date) -> None:
    found = await person.subscription()
    others = {common.PAYMENT_METHOD_BANK_TRANSFER, common.PAYMENT_METHOD_ONLINE} - {found.payment_method}
    request = ordering_pb2.ChangePaymentMethodRequest(
        request_id=str(uuid4()), subscription_id=found.subscription_id, payment_method=person.rng.choice(sorted(others))
    )
    await person.customer.front.ordering.ChangePaymentMethod(request, metadata=await person.customer.me())


async def _begin_debit(person: "Person", today: date) -> None:
    request = payments_pb2.SetUpAutomaticDebitRequest(request_id=str(uuid4()), account_id=person.customer.account_id)
    payments = person.customer.front.payments
    answer = await payments.SetUpAutomaticDebit(request, metadata=await person.customer.me())
    await paying.press(person, today, answer.checkout_url, "paypal:succeeded")


async def _end_debit(person: "Person", _: date) -> None:
    request = payments_pb2.SwitchOffAutomaticDebitRequest(
        request_id=str(uuid4()), account_id=person.customer.account_id
    )
    await person.customer.front.payments.SwitchOffAutomaticDebit(request, metadata=await person.customer.me())


async def _end_at_paypal(person: "Person", today: date, *, how: str) -> None:
    """There, not here: Casella hears of it from the provider, of a mandate that lapses by the next charge only."""
    state = await paying.provider(person)
    theirs = {each.get("payment_method") for each in state["payment_intents"] if _pays_for(person, each)} - {None}
    for mandate in state["mandates"]:
        if mandate["payment_method"] in theirs and mandate["status"] == "active":
            told = await paying.lever(person, f"mandates/{mandate['id']}/{how}")
            person.note(today, f"ends the mandate: {told}")
            person.done[f"{how} at PayPal"] += 1


def _pays_for(person: "Person", intent: dict[str, Any]) -> bool:
    return person.order_id in intent["metadata"].values()


async def _ask_for_status(person: "Person", today: date) -> None:
    await person.attempt(today, "fill the panel", partial(_fill, person))
    await person.customer.ask_for_reseller_status()
    if person.rng.random() < _SELLS_LESS:
        person.plan(today, person.rng.randrange(15, 90), "resell less", partial(_resell_less, person))


async def _resell_less(person: "Person", _: date) -> None:
    """Fewer mailboxes than the status asks for: should they have it, the next month's measuring tells."""
    await delete_mailboxes(person.customer, 6)


async def _fill(person: "Person", _: date) -> None:
    await fill_panel(person.customer, 10)


async def _be_erased(person: "Person", _: date) -> None:
    await person.customer.ask_for_deletion("Cancellate tutto")


def _consumer(person: "Person") -> bool:
    return person.name == "consumer"


def _annual(person: "Person") -> bool:
    return person.billing == common.BILLING_PERIOD_ANNUAL


def _monthly(person: "Person") -> bool:
    return person.billing == common.BILLING_PERIOD_MONTHLY


def _is_debited(person: "Person") -> bool:
    return person.method == common.PAYMENT_METHOD_AUTOMATIC_DEBIT


def _resells(person: "Person") -> bool:
    return person.who.kind == common.CUSTOMER_KIND_RESELLER


WISHES = {
    "withdraw": Wish(0.2, (1, 14), _withdraw, _consumer),
    "cancel the order": Wish(0.04, (0, 5), _cancel_order),
    "order again": Wish(0.6, (17, 45), _order_again),
    "cancel": Wish(0.25, (20, 500), _cancel),
    "add": Wish(0.3, (10, 330), _add, _annual),
    "grow": Wish(0.5, (3, 200), _grow, _monthly),
    "shrink": Wish(0.3, (60, 400), _shrink, _monthly),
    "options": Wish(0.3, (10, 400), _options),
    "upgrade": Wish(0.25, (10, 400), _upgrade),
    "change the method": Wish(0.2, (20, 400), _change_method),
    "begin the debit": Wish(0.15, (20, 300), _begin_debit),
    "end the debit": Wish(0.15, (40, 400), _end_debit),
    "go to PayPal": Wish(0.35, (20, 250), partial(_end_at_paypal, how="revoke"), _is_debited),
    "let PayPal lapse": Wish(0.35, (20, 250), partial(_end_at_paypal, how="lapse"), _is_debited),
    "be a reseller": Wish(0.9, (5, 120), _ask_for_status, _resells),
    "new papers": Wish(0.15, (5, 300), lambda person, today: person.save_profile(today)),
    "be erased": Wish(0.08, (10, 500), _be_erased),
}
"""All wishes, by their names in the log."""
