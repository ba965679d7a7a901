"""Shows an account: one page put together of what each room knows."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.trial.v1 import trial_pb2
from cli import accounts, profile_fields, refunds, screen, tickets, words
from cli.away import Away
from cli.rooms import Rooms, open_rooms
from cli.showing import disputes, documents, money, orders, payment_methods, period, upcoming, withdrawal
from cli.showing.account_page import Page, read
from workflows import names

Listed = TypeVar("Listed")


async def show_account(name: str, *, as_json: bool) -> None:
    """Show the account with this id or email address; where a room is away, what the others know."""
    away = Away()
    async with open_rooms() as rooms:
        page = await read(rooms, await accounts.account_named(rooms, name), away)
        if as_json:
            screen.show_json(vars(page))
        else:
            _show(rooms, page)
    away.say()


def _show(rooms: Rooms, page: Page) -> None:
    account = page.account
    screen.show_facts(
        f"Account {account.account_id}",
        [
            ("name", f"{account.first_name} {account.last_name}".strip()),
            ("email", account.email),
            ("country", account.country),
            ("language", words.choice(account, "language")),
            ("confirmed", words.instant(account.confirmed_at)),
            ("consents", ", ".join(map(_consent, page.consents))),
        ],
    )
    screen.show_facts("Trial", _trial(account.trial, page.standing, rooms))
    if page.allowance:
        screen.show_facts("Mail service", _allowance(page.allowance))
    if page.standing:
        screen.show_facts("Standing", _standing(page.standing, page.closure, rooms))
    if page.subscription:
        _show_subscription(page.subscription, page)
    if page.reseller:
        screen.show_facts("Reseller", _reseller_facts(page.reseller, rooms))
    if page.profile:
        screen.show_facts("Billing profile", profile_fields.facts(page.profile))
    _show_list("Orders", orders.COLUMNS, orders.row, page.orders, "ordering")
    for each in page.withdrawals:
        withdrawal.show(rooms, each)
    _show_list("Automatic debit", payment_methods.COLUMNS, payment_methods.row, page.payment_methods, "payments")
    _show_money(page)
    _show_list("Documents", documents.COLUMNS, documents.row, page.documents, "invoicing")
    _show_list("Tickets", tickets.COLUMNS, tickets.row, page.tickets, "support")


def _show_list(
    title: str,
    columns: Sequence[str],
    row: Callable[[Listed], Sequence[str]],
    listed: Sequence[Listed] | None,
    room: str,
) -> None:
    """A table of what a room lists; while it is away, that this is not known."""
    none = f"not known: {room} does not answer" if listed is None else "none"
    screen.show_table(title, columns, [row(each) for each in listed or ()], none)


def _show_money(page: Page) -> None:
    """What of the account's money does not simply pay for something."""
    if page.waiting_money:
        rows = [(order, *money.row(entry)) for order, entries in page.waiting_money.items() for entry in entries]
        heading = "Money that names an order or a period and waits, or was taken back"
        screen.show_table(heading, ("order or period", *money.COLUMNS), rows)
    if page.credit and page.credit.minor:
        screen.show_facts("Account credit", [("for the next payment request", words.money(page.credit))])
    if page.refunds:
        screen.show_table("Refunds", refunds.COLUMNS, [refunds.row(each) for each in page.refunds])
    if page.disputes:
        screen.show_table(disputes.HEADING, disputes.COLUMNS, [disputes.row(each) for each in page.disputes])


def _show_subscription(subscription: ordering_pb2.Subscription, page: Page) -> None:
    screen.show_facts("Subscription", [*_subscription(subscription), *_leave(page.leave)])
    screen.show_table("Periods", period.COLUMNS, [period.row(each) for each in page.periods])
    if page.upcoming:
        upcoming.show(page.upcoming)


def _consent(record: trial_pb2.ConsentRecord) -> str:
    consent = record.consent
    agreed = consent.document_version if consent.granted else "no"
    return f"{words.choice(consent, 'kind')}: {agreed}"


def _trial(
    trial: trial_pb2.Trial, standing: ordering_pb2.GetStandingResponse | None, rooms: Rooms
) -> list[tuple[str, str]]:
    if trial.state == trial_pb2.TRIAL_STATE_BOUGHT:
        dates = [("ended", "by buying; nothing is purged")]
    else:
        held = "held: a legal hold stands" if standing and standing.legal_hold else "unless an order is open or paid"
        dates = [
            ("ends", f"{words.instant(trial.ends_at)} ({trial.days_left} days left)"),
            ("purge", f"{words.instant(trial.purge_at)} ({held})"),
        ]
    return [
        ("state", words.choice(trial, "state")),
        ("began", words.instant(trial.started_at)),
        *dates,
        ("steer at", rooms.where.workflow_link(names.trial_id(trial.account_id))),
    ]


def _allowance(allowance: mailboxes_pb2.Allowance) -> list[tuple[str, str]]:
    sizes = ", ".join(f"{size.mailboxes} of {words.choice(size, 'size')}" for size in allowance.sizes)
    return [
        ("state", words.choice(allowance, "state")),
        ("domains", f"{allowance.domains} of {allowance.max_domains or 'any number'}"),
        ("mailboxes", f"{allowance.mailboxes} of {allowance.max_mailboxes}{f' ({sizes})' if sizes else ''}"),
        ("new contract", "lower ceiling until the second month is paid" if allowance.new_contract else ""),
        ("not covered, so they send nothing", uncovered(allowance)),
        ("options", ", ".join(f"{option.code} on {option.mailboxes}" for option in allowance.options)),
        ("options covered", ", ".join(f"{place.code} on {place.mailboxes}" for place in allowance.option_places)),
        ("messages a day", f"{allowance.messages_per_day} a mailbox" if allowance.messages_per_day else "no limit"),
        ("switched off", ", ".join(words.one_of(mailboxes_pb2.Feature, each) for each in allowance.features_off)),
    ]


def uncovered(allowance: mailboxes_pb2.Allowance) -> str:
    """What an annual contract does not cover, and what helps; empty where it covers all."""
    counted = [
        (allowance.uncovered_mailboxes, "mailbox", "mailboxes"), (allowance.uncovered_domains, "domain", "domains")
    ]  # fmt: skip
    beyond = [f"{number} {one if number == 1 else many}" for number, one, many in counted if number]
    return f"{' and '.join(beyond)}: the customer deletes some or orders an addition" if beyond else ""


def _standing(
    standing: ordering_pb2.GetStandingResponse, closure: ordering_pb2.Closure | None, rooms: Rooms
) -> list[tuple[str, str]]:
    facts = [
        ("open order", standing.open_order_id),
        ("paid order", standing.paid_order_id),
        ("legal hold", _hold(standing, closure) if standing.legal_hold else "no"),
        ("closed", words.yes(standing.closed)),
    ]
    if closure:
        purged = words.instant(closure.purged_at) if closure.HasField("purged_at") else "not complete yet"
        facts += [
            ("closed at", f"{words.instant(closure.closed_at)} ({words.choice(closure, 'reason')})"),
            ("purged", purged),
            ("purge at", rooms.where.workflow_link(names.purge_id(closure.account_id))),
        ]
    return facts


def _hold(standing: ordering_pb2.GetStandingResponse, closure: ordering_pb2.Closure | None) -> str:
    """That it stands, since when, and who set it why; the trail tells of earlier ones."""
    purged = closure is not None and closure.HasField("purged_at")
    effect = "the purge was complete before it could stop it" if purged else "nothing is deleted"
    return f"STANDS {words.hold(standing.hold)}: {effect}"


def _subscription(subscription: ordering_pb2.Subscription) -> list[tuple[str, str]]:
    return [
        ("id", subscription.subscription_id),
        ("state", words.choice(subscription, "state")),
        ("billing", words.choice(subscription, "billing")),
        ("began", words.instant(subscription.started_at)),
        ("paid period", f"{words.day(subscription.period_start)} to {words.day(subscription.period_end)}"),
        ("payment", words.choice(subscription, "payment_method")),
        ("sending suspended since", words.if_any(words.instant(subscription.suspended_at))),
        ("ends", words.if_any(words.instant(subscription.ends_at))),
        ("ends because", words.if_any(words.choice(subscription, "end"))),
        ("readable until", words.if_any(words.instant(subscription.purge_at))),
        ("ended", words.if_any(words.instant(subscription.ended_at))),
    ]


def _leave(leave: ordering_pb2.Leave | None) -> list[tuple[str, str]]:
    """Until when a consumer may leave, and why: `casella withdrawal record` takes who writes a letter."""
    if leave is None:
        return []
    why = f"the renewal of {words.day(leave.renewed_on)} was not announced in time"
    return [("the consumer may leave until", f"{words.day(leave.until)}: {why}")]


def _reseller_facts(status: ordering_pb2.ResellerStatus, rooms: Rooms) -> list[tuple[str, str]]:
    asked = status.HasField("requested_at")
    return [
        ("state", words.choice(status, "state")),
        *((words.choice(each, "kind"), _requirement(each)) for each in status.requirements),
        ("asked for", words.if_any(words.instant(status.requested_at))),
        ("declaration", status.declaration_version),
        ("training recorded", words.if_any(words.instant(status.training_at))),
        ("approved", words.if_any(words.instant(status.approved_at))),
        ("approved by override", words.yes(status.overridden) if status.HasField("approved_at") else ""),
        ("fails since", words.if_any(words.instant(status.failing_since))),
        ("measured next", words.if_any(words.instant(status.check_at))),
        ("ended", words.if_any(words.instant(status.ended_at))),
        ("ended because", words.if_any(words.choice(status, "end_reason"))),
        ("steer at", rooms.where.workflow_link(names.reseller_id(status.account_id)) if asked else ""),
    ]


def _requirement(each: ordering_pb2.ResellerRequirement) -> str:
    """``met (12 of at least 10)``."""
    return f"{'met' if each.met else 'MISSING'} ({each.found} of at least {each.wanted})"
