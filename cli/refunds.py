"""`casella refund`: money that goes back, from the list that an operator approves to the file for the bank."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from casella.common.v1 import common_pb2
from casella.payments.v1 import payments_pb2 as pb
from cli import files, screen, words
from cli.failures import Failure, WrongInput
from cli.rooms import Rooms, open_rooms, run
from cli.steering import ReasonCode, Uuid, steered, system_user
from services.kit.ids import new_id

COLUMNS = ("asked", "state", "amount", "as credit", "by", "to", "because", "failure", "refund")
_UNDER_WAY = (
    pb.REFUND_STATE_REQUESTED,
    pb.REFUND_STATE_APPROVED,
    pb.REFUND_STATE_SENT,
    pb.REFUND_STATE_FAILED,
)
_LONG_SECONDS = 15.0
"""Stripe may be asked."""


def _to_account(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--to-account`; the command is given its ``iban`` and ``holder``, both empty without it.

    They are asked for, or read as two lines: on a command line everybody on the machine would read them.
    """

    @click.option("--to-account", is_flag=True, help="Transfer it to an account: you are asked for IBAN and holder.")
    @functools.wraps(command)
    def asking(*args: Any, to_account: bool, **kwargs: Any) -> None:
        iban, holder = (click.prompt(each, err=True) if to_account else "" for each in ("IBAN", "Holder"))
        command(*args, iban=iban, holder=holder, **kwargs)

    return asking


@click.group(short_help="List, approve and export refunds; try failed ones again.")
def refund() -> None:
    """Send money back: list, approve and export refunds; try failed ones again, or give them up."""


@refund.command("list")
@click.option("--all", "everything", is_flag=True, help="Done and given up ones too.")
@screen.json_option
def refund_list(*, everything: bool, as_json: bool) -> None:
    """List the refunds that have not left, oldest first."""
    run(_list(() if everything else _UNDER_WAY, as_json=as_json))


@refund.command("approve")
@click.argument("refund_ids", metavar="REFUND...", nargs=-1, required=True, type=Uuid())
@steered
def refund_approve(refund_ids: tuple[str, ...], steering: common_pb2.Steering) -> None:
    """Put transfers on the list of the next file, all of them or none."""
    run(_approve(refund_ids, steering))


@refund.command("export")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--again", "message_id", metavar="MESSAGE", help="An earlier file, byte for byte, by its message id.")
@click.option("--reason", type=ReasonCode(), default="daily_export", show_default=True, help="Why, as a code.")
def refund_export(file: Path, message_id: str | None, reason: str) -> None:
    """Write the approved transfers to FILE for your bank (pain.001), and mark them as sent.

    Each refund is in one file only. A file that was lost is had again with --again: the bank knows its id, and executes
    it once.
    """
    if file.exists():
        raise WrongInput(f"{file} is there already", "A file for the bank is never overwritten: name one that is not")
    run(_export(file, message_id or "", reason))


@refund.command("retry")
@click.argument("refund_id", metavar="REFUND", type=Uuid())
@_to_account
@steered
def refund_retry(refund_id: str, iban: str, holder: str, steering: common_pb2.Steering) -> None:
    """Try REFUND, which has failed, again, as before, or by transfer to another account; one that waits, to another."""
    request = pb.RetryRefundRequest(
        request_id=str(new_id()), refund_id=refund_id, iban=iban, holder=holder, steering=steering
    )
    run(_one("RetryRefund", request))


@refund.command("fail")
@click.argument("refund_id", metavar="REFUND", type=Uuid())
@steered
def refund_fail(refund_id: str, steering: common_pb2.Steering) -> None:
    """Note that your bank has refused REFUND, a transfer of a file."""
    run(_one("FailRefund", pb.FailRefundRequest(request_id=str(new_id()), refund_id=refund_id, steering=steering)))


@refund.command("cancel")
@click.argument("refund_id", metavar="REFUND", type=Uuid())
@steered
def refund_cancel(refund_id: str, steering: common_pb2.Steering) -> None:
    """Give REFUND up, before it has left: the money goes back to where it was asked from."""
    run(_one("CancelRefund", pb.CancelRefundRequest(request_id=str(new_id()), refund_id=refund_id, steering=steering)))


@refund.command("credit")
@click.argument("account_id", metavar="ACCOUNT", type=Uuid())
@_to_account
@steered
def refund_credit(account_id: str, iban: str, holder: str, steering: common_pb2.Steering) -> None:
    """Pay all credit of ACCOUNT out, by transfer; without --to-account to the account that last paid us."""
    run(_credit(account_id, iban, holder, steering))


async def _list(states: tuple[pb.RefundState, ...], *, as_json: bool) -> None:
    async with open_rooms() as rooms:
        asked = pb.ListRefundsRequest(states=states)
        found: list[pb.Refund] = await rooms.ask_all(rooms.payments.ListRefunds, asked, "refunds")
    if as_json:
        screen.show_json(found)
        return
    screen.show_table("Refunds", COLUMNS, [row(each) for each in found])
    for each in found:
        if each.payers and each.state in _UNDER_WAY:
            screen.say(several(each))


async def _approve(refund_ids: tuple[str, ...], steering: common_pb2.Steering) -> None:
    async with open_rooms() as rooms:
        request = pb.ApproveRefundsRequest(request_id=str(new_id()), refund_ids=refund_ids, steering=steering)
        approved = (await rooms.ask(rooms.payments.ApproveRefunds, request)).refunds
    screen.say(f"Approved: {len(approved)}. `casella refund export FILE` writes the file for your bank.")


async def _export(file: Path, message_id: str, reason: str) -> None:
    async with open_rooms() as rooms:
        request = pb.ExportRefundsRequest(message_id=message_id)
        if not message_id:
            request.request_id = str(new_id())
            request.steering.CopyFrom(_steering(reason))
        made = await rooms.ask(rooms.payments.ExportRefunds, request)
    if not made.file:
        screen.say("No refund is approved: there is nothing to write.")
        return
    try:
        files.write(file, made.file)
    except OSError as error:
        raise Failure(
            f"{file} cannot be written ({error.strerror}); the refunds are marked as sent",
            f"Get the same file elsewhere: `casella refund export FILE --again {made.message_id}`",
        ) from None
    screen.show_facts(
        f"{file}: for your bank",
        [
            ("message id", made.message_id),
            ("transfers", str(made.transfers)),
            ("sum", words.money(made.sum)),
        ],
    )


async def _one(rpc: str, request: pb.RetryRefundRequest | pb.FailRefundRequest | pb.CancelRefundRequest) -> None:
    async with open_rooms() as rooms:
        answer = await rooms.ask(getattr(rooms.payments, rpc), request, _LONG_SECONDS)
    screen.show_table("Refund", COLUMNS, [row(answer.refund)])


async def _credit(account_id: str, iban: str, holder: str, steering: common_pb2.Steering) -> None:
    async with open_rooms() as rooms:
        left = await credit_of(rooms, account_id)
        if not left.minor:
            raise Failure(f"account {account_id} has no credit")
        request = pb.RequestRefundRequest(
            refund_id=str(new_id()), credit_of_account_id=account_id, amount=left, reason_code=steering.reason_code,
            steering=steering, iban=iban, holder=holder,
        )  # fmt: skip
        asked = (await rooms.ask(rooms.payments.RequestRefund, request, _LONG_SECONDS)).refund
    screen.show_table("Refund", COLUMNS, [row(asked)])


async def credit_of(rooms: Rooms, account_id: str) -> common_pb2.Money:
    """What an account has as credit."""
    asked = pb.GetAccountCreditRequest(account_id=account_id)
    return (await rooms.ask(rooms.payments.GetAccountCredit, asked)).credit


async def of_account(rooms: Rooms, account_id: str) -> list[pb.Refund]:
    """The refunds of an account, oldest first."""
    asked = pb.ListRefundsRequest(account_id=account_id)
    found: list[pb.Refund] = await rooms.ask_all(rooms.payments.ListRefunds, asked, "refunds")
    return found


async def in_state(rooms: Rooms, state: pb.RefundState) -> list[pb.Refund]:
    """The refunds in a state, oldest first."""
    asked = pb.ListRefundsRequest(states=[state])
    found: list[pb.Refund] = await rooms.ask_all(rooms.payments.ListRefunds, asked, "refunds")
    return found


def row(each: pb.Refund) -> tuple[str, ...]:
    """A refund as a line of a table."""
    return (
        words.instant(each.requested_at),
        words.choice(each, "state"),
        words.money(each.amount),
        words.money(each.credited) if each.credited.minor else words.NONE,
        words.choice(each, "means"),
        f"{each.holder} {each.iban}".strip() or words.NONE,
        each.reason_code,
        each.failure or words.NONE,
        each.refund_id,
    )


def several(each: pb.Refund) -> str:
    """What an operator should know of a transfer that gives one payer what several had paid."""
    came = "; ".join(
        f"{words.money(payer.amount)} from {f'{payer.holder} {payer.iban}'.strip() or 'an unknown account'}"
        for payer in each.payers
    )
    said = f"Refund {each.refund_id} goes to one account, and its money came from {len(each.payers)}: {came}. "
    if each.state == pb.REFUND_STATE_SENT:
        return said + "It is in a file for the bank already"
    return said + (
        f"`casella refund retry {each.refund_id} --to-account --reason CODE` sends all of it to another; "
        f"to give each their part, `casella refund cancel {each.refund_id} --reason CODE`, and transfer them by hand"
    )


def _steering(reason: str) -> common_pb2.Steering:
    """Who exports; the list was approved one by one, so that a script need give no reason of its own."""
    return common_pb2.Steering(actor=system_user(), reason_code=reason, source=f"casella refund export/{new_id()}")
