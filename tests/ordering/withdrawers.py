"""What a test of withdrawals does all the time: read the pages, confirm as a gateway would, advance as the workflow."""

from typing import Any
from uuid import UUID

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from tests.ordering.shop import TO_ANNA, Shop
from tests.support.room import request_id


def withdrawal_request(order_id: str, page: pb.WithdrawalPage | None = None) -> pb.WithdrawFromContractRequest:
    """The second step as a gateway sends it; without a page with a statement that is nobody's."""
    return pb.WithdrawFromContractRequest(
        request_id=request_id(),
        order_id=order_id,
        confirmation=pb.WithdrawalConfirmation(
            label=page.confirm_label if page else "conferma recesso",
            language=page.language if page else common_pb2.LANGUAGE_IT,
            statement_hash=page.statement_hash if page else "0" * 64,
            client=common_pb2.ClientContext(ip="203.0.113.7", user_agent="Firefox"),
        ),
    )


async def read(shop: Shop, order: pb.Order) -> pb.GetWithdrawalResponse:
    """What the customer reads."""
    metadata = shop.customer(UUID(order.account_id))
    answer = await shop.stub().GetWithdrawal(pb.GetWithdrawalRequest(order_id=order.order_id), metadata=metadata)
    return pb.GetWithdrawalResponse.FromString(answer.SerializeToString())


async def send(shop: Shop, order: pb.Order, request: pb.WithdrawFromContractRequest) -> pb.Withdrawal:
    """The second step of the customer."""
    metadata = shop.customer(UUID(order.account_id))
    answer = await shop.stub().WithdrawFromContract(request, metadata=metadata)
    return pb.Withdrawal.FromString(answer.withdrawal.SerializeToString())


async def withdraw(shop: Shop, order: pb.Order, language: int = 0) -> pb.Withdrawal:
    """Both steps of the customer, in Italian unless told otherwise."""
    offer = (await read(shop, order)).offer
    return await send(shop, order, withdrawal_request(order.order_id, offer.pages[language]))


async def bought(shop: Shop, account_id: UUID | None = None, **wanted: Any) -> pb.Order:
    """An order that was paid and fulfilled at this moment."""
    order = await shop.order(account_id, **wanted)
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    return (await shop.fulfil(order.order_id)).order


async def advance(shop: Shop, order_id: str) -> pb.AdvanceWithdrawalResponse:
    answer = await shop.worker.AdvanceWithdrawal(pb.AdvanceWithdrawalRequest(order_id=order_id))
    return pb.AdvanceWithdrawalResponse.FromString(answer.SerializeToString())


async def next_of(shop: Shop, order_id: str) -> str:
    """What comes next, as `WAIT purge` or `REFUND_DUE`."""
    answer = await advance(shop, order_id)
    return f"{pb.WithdrawalNext.Name(answer.next).removeprefix('WITHDRAWAL_NEXT_')} {answer.due}".strip()


async def receipt(shop: Shop, order_id: str, language: common_pb2.Language = common_pb2.LANGUAGE_IT) -> pb.Withdrawal:
    recipient = common_pb2.Recipient(email=TO_ANNA.email, name=TO_ANNA.name, language=language)
    request = pb.SendWithdrawalReceiptRequest(order_id=order_id, recipient=recipient)
    answer = await shop.worker.SendWithdrawalReceipt(request)
    return pb.Withdrawal.FromString(answer.withdrawal.SerializeToString())


async def refunded(shop: Shop, order_id: str, refund_id: str) -> pb.Withdrawal:
    request = pb.RecordWithdrawalRefundRequest(order_id=order_id, refund_id=refund_id)
    answer = await shop.worker.RecordWithdrawalRefund(request)
    return pb.Withdrawal.FromString(answer.withdrawal.SerializeToString())


async def failed(shop: Shop, order_id: str, refund_id: str) -> pb.Withdrawal:
    request = pb.RecordWithdrawalRefundFailureRequest(order_id=order_id, refund_id=refund_id)
    answer = await shop.worker.RecordWithdrawalRefundFailure(request)
    return pb.Withdrawal.FromString(answer.withdrawal.SerializeToString())


async def credited(shop: Shop, order_id: str, refund_id: str, credit_note_id: str = "") -> pb.Withdrawal:
    request = pb.RecordWithdrawalCreditNoteRequest(
        order_id=order_id, refund_id=refund_id, credit_note_id=credit_note_id or request_id()
    )
    answer = await shop.worker.RecordWithdrawalCreditNote(request)
    return pb.Withdrawal.FromString(answer.withdrawal.SerializeToString())


async def settle(shop: Shop, order_id: str) -> None:
    """Refund and credit everything, as the workflow does."""
    for each in (await advance(shop, order_id)).withdrawal.refunds:
        await refunded(shop, order_id, each.refund_id)
        await credited(shop, order_id, each.refund_id)
