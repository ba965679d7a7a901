"""Hands the files of refunds over that had been handed to the bank, and says what became of each refund in them."""

from collections.abc import Sequence
from pathlib import Path

import grpc

from casella.common.v1 import common_pb2
from casella.payments.v1 import payments_pb2 as pb
from cli import files, screen, words
from cli.failures import WrongInput
from cli.rooms import LONG_SECONDS, Rooms, open_rooms
from services.kit.errors import Refused

_REMEDY = (
    "Name the file as `casella refund export` wrote it and the bank got it; of another one refunds are compared by hand"
)
_FATES = {
    pb.REFUND_IN_FILE_FATE_KNOWN: "known: it has left",
    pb.REFUND_IN_FILE_FATE_SENT: "marked as sent",
    pb.REFUND_IN_FILE_FATE_AWAITED: "no row knows it: asked for again, it begins as sent",
    pb.REFUND_IN_FILE_FATE_REFUSED: "refused by the bank: stays as it is",
    pb.REFUND_IN_FILE_FATE_DIFFERS: "TO DECIDE: it stands otherwise here",
}


async def take_in(paths: Sequence[Path], refused: Sequence[str], steering: common_pb2.Steering) -> None:
    """Take files in, one after the other; all of them are read before."""
    contents = {path: files.to_hand_over(path, "was not taken in", _REMEDY, _REMEDY) for path in paths}
    async with open_rooms() as rooms:
        for path, content in contents.items():
            request = pb.RecordRefundFileRequest(file=content, refused_refund_ids=refused, steering=steering)
            _show(path, await _one(rooms, path, request))


async def _one(rooms: Rooms, path: Path, request: pb.RecordRefundFileRequest) -> pb.RecordRefundFileResponse:
    """Take a file in; those before it stay taken in where it is refused."""
    try:
        return await rooms.ask(rooms.payments.RecordRefundFile, request, LONG_SECONDS)
    except Refused as unfit:
        if unfit.code is not grpc.StatusCode.INVALID_ARGUMENT:
            raise
        said = "; ".join(each.message for each in unfit.violations).rstrip(".")
        raise WrongInput(f"{path} was not taken in: {said}", _REMEDY) from None


def _show(path: Path, done: pb.RecordRefundFileResponse) -> None:
    rows = [
        (
            each.refund_id,
            words.money(each.amount),
            words.choice(each, "state") if each.state else words.NONE,
            _FATES[each.fate],
        )
        for each in done.refunds
    ]
    screen.show_table(f"{path.name}: {done.message_id}", ("refund", "amount", "stands", "what became of it"), rows)
