"""`casella bank`: hands bank statements to payments, and takes back what was recorded or booked by mistake."""

from pathlib import Path

import click
import grpc

from casella.common.v1 import common_pb2
from casella.payments.v1 import payments_pb2
from cli import files, screen, words
from cli.failures import Failure, WrongInput
from cli.rooms import LONG_SECONDS, Rooms, open_rooms, run
from cli.showing.order import OrderName, id_of_order
from cli.steering import Uuid, steered
from services.kit.errors import Refused
from services.kit.ids import new_id

_REMEDY = f"Ask the bank for the statement as camt.053 or camt.054 (XML), {files.MOST}"


@click.group(short_help="Import bank statements; take back what was recorded or booked by mistake.")
def bank() -> None:
    """Import bank statements; take back a transfer recorded, or a payout booked, by mistake."""


@bank.command("import")
@click.argument("statements", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@screen.json_option
def bank_import(statements: tuple[str, ...], *, as_json: bool) -> None:
    """Import statements (camt.053 or camt.054); the same file twice changes nothing."""
    contents = {Path(file): _read(Path(file)) for file in statements}
    run(_import(contents, as_json=as_json))


@bank.command("withdraw")
@click.argument("reference")
@click.option("--order", type=OrderName(), help="Id, proforma number or RF reference, where several orders have it.")
@steered
def bank_withdraw(reference: str, order: str | None, steering: common_pb2.Steering) -> None:
    """Take back the transfer that was recorded by hand under REFERENCE (the bank's), and paid nothing.

    The ledger gets a contra entry; the reference can be recorded anew.
    """
    run(_withdraw(reference, order, steering))


@bank.command("unbook")
@click.argument("entry", type=Uuid())
@steered
def bank_unbook(entry: str, steering: common_pb2.Steering) -> None:
    """Take back that money ENTRY (id) was booked as a payout of the payment provider.

    The ledger gets a contra entry, its fees too; the money waits again.
    """
    run(_unbook(entry, steering))


async def _unbook(entry: str, steering: common_pb2.Steering) -> None:
    async with open_rooms() as rooms:
        request = payments_pb2.UndoPayoutRequest(request_id=str(new_id()), money_entry_id=entry, steering=steering)
        undone = (await rooms.ask(rooms.payments.UndoPayout, request)).entry
    screen.say(f"Undone: {words.money(undone.amount)} is no payout; it waits again: casella show money {entry}")


async def _withdraw(reference: str, order: str | None, steering: common_pb2.Steering) -> None:
    async with open_rooms() as rooms:
        recorded = await _recorded(rooms, reference, await id_of_order(rooms, order) if order else "")
        request = payments_pb2.WithdrawBankTransferRequest(
            request_id=str(new_id()),
            payment_request_id=recorded.payment_request_id,
            bank_reference=reference,
            steering=steering,
        )
        await rooms.ask(rooms.payments.WithdrawBankTransfer, request)
    screen.say(f"Withdrawn: the transfer {reference} for {words.thing(recorded)}; its money waits no more.")


async def _recorded(rooms: Rooms, reference: str, order_id: str) -> payments_pb2.PaymentRequest:
    """The payment request for which a transfer that waits was recorded by hand under a reference."""
    waiting = await rooms.ask_all(rooms.payments.ListMoneyEntries, payments_pb2.ListMoneyEntriesRequest(), "entries")
    ids = [
        entry.suggestions[0]
        for entry in waiting
        if entry.money_source == payments_pb2.MONEY_SOURCE_ANNOUNCED
        and entry.source_reference == reference
        and entry.suggestions
    ]
    asked = [payments_pb2.GetPaymentRequestRequest(payment_request_id=each) for each in ids]
    answers = [await rooms.ask(rooms.payments.GetPaymentRequest, each) for each in asked]
    found = [answer.payment_request for answer in answers if order_id in ("", answer.payment_request.order_id)]
    match found:
        case [recorded]:
            return recorded
        case []:
            raise Failure(
                f"no transfer recorded by hand waits under {reference}",
                "`casella show money` names them: from `announced`. What has paid, or came by a statement, stays",
            )
        case _:
            causes = ", ".join(words.cause(request) for request in found)
            raise WrongInput(f"{reference} was recorded for several orders: {causes}", "Name one with --order")


def _read(file: Path) -> bytes:
    """A file's bytes; all files are read before one is imported."""
    return files.to_hand_over(file, "was not imported", _REMEDY, "Ask the bank for files of fewer days")


async def _import(contents: dict[Path, bytes], *, as_json: bool) -> None:
    done: dict[str, payments_pb2.ImportStatementResponse] = {}
    async with open_rooms() as rooms:
        for number, (file, content) in enumerate(contents.items(), 1):
            with screen.working(f"importing {file.name} ({number} of {len(contents)})"):
                done[str(file)] = await _import_one(rooms, file, content)
            if not as_json:
                _show(file, done[str(file)])
    if as_json:
        screen.show_json(done)


async def _import_one(rooms: Rooms, file: Path, content: bytes) -> payments_pb2.ImportStatementResponse:
    """Import a file; those before it stay imported where it is refused."""
    try:
        request = payments_pb2.ImportStatementRequest(file=content)
        return await rooms.ask(rooms.payments.ImportStatement, request, LONG_SECONDS)
    except Refused as refused:
        if refused.code is not grpc.StatusCode.INVALID_ARGUMENT:
            raise
        said = "; ".join(violation.message for violation in refused.violations) or refused.message
        raise WrongInput(f"{file} was not imported: {said.rstrip('.')}", _REMEDY) from None


def _show(file: Path, done: payments_pb2.ImportStatementResponse) -> None:
    screen.show_facts(
        f"{file.name}: imported",
        [
            ("credit entries", str(done.credits)),
            ("known before", str(done.known)),
            ("confirmed by hand before", str(done.confirmed)),
            ("payment requests paid now", str(done.paid)),
            ("of them by short money that is whole now", str(done.made_whole or "")),
            (
                "into the operator's queue as they came",
                f"{done.queued}{' (see `casella show money`)' if done.queued else ''}",
            ),
            ("refunds that have left", str(done.refunds_done or "")),
            ("refunds that came back, see `casella refund list`", str(done.refunds_returned or "")),
            ("taken back by the bank while it waited: both are settled", str(done.taken_back or "")),
            (
                "refunds stopped, as the bank took their money back: `casella refund list`",
                str(done.refunds_stopped or ""),
            ),
            ("ignored (debits, returns, pending)", str(done.ignored)),
        ],
    )
    if done.ignored_debits:
        rows = [
            (each.reference, words.money(each.amount), words.day(each.booked_on), each.text)
            for each in done.ignored_debits
        ]
        screen.show_table("Ignored debits", ("reference", "amount", "booked", "text"), rows)
