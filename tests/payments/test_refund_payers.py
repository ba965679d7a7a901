"""A transfer that gives back what several accounts had paid says so, and an operator may send it elsewhere."""

from casella.common.v1 import errors_pb2
from casella.payments.v1 import payments_pb2 as pb
from tests.payments.statement import Entry, statement
from tests.payments.test_refund_transfers import approve, export
from tests.payments.test_refunds import APPROVED, REQUESTED, SENT, of, retry
from tests.payments.test_transfers import record, seen
from tests.payments.world import ANOTHER_IBAN as ANOTHER
from tests.payments.world import GROSS, PAYERS_IBAN, World
from tests.support.refusals import refused_as


async def paid_by_two(world: World, second: str = ANOTHER) -> pb.PaymentRequest:
    """A request that two transfers have paid together."""
    request = await world.transfer_request()
    for minor, iban, debtor in ((10_000, PAYERS_IBAN, "Mario Prova"), (GROSS - 10_000, second, "Prova Srl")):
        part = Entry(
            minor, reference=request.transfer.reference, bank_reference=debtor, iban=iban, debtor=debtor,
            day=world.today(),
        )  # fmt: skip
        await world.import_file(statement(part, number=debtor))
    paid = await world.get(request)
    assert paid.state == pb.PAYMENT_REQUEST_STATE_PAID
    return paid


async def test_who_paid_together_what_one_account_gets_back_is_named_to_the_operator_alone(world: World) -> None:
    request = await paid_by_two(world)
    refund = await world.refund(**of(request, GROSS))
    assert refund.iban == PAYERS_IBAN
    [listed] = (await world.stub("operator").ListRefunds(pb.ListRefundsRequest())).refunds
    for told in (await world.get_refund(refund), listed):
        assert [(each.iban, each.holder, each.amount.minor) for each in told.payers] == [
            (PAYERS_IBAN, "Mario Prova", 10_000), (ANOTHER, "Prova Srl", GROSS - 10_000),
        ]  # fmt: skip


async def test_two_transfers_from_one_account_are_one_payer(world: World) -> None:
    request = await paid_by_two(world, PAYERS_IBAN)
    assert not (await world.refund(**of(request, GROSS))).payers
    single = await world.paid_by_transfer()
    assert not (await world.refund(**of(single, GROSS))).payers


async def test_of_a_record_by_hand_the_payer_is_whom_the_statement_names_later(world: World) -> None:
    request = await world.transfer_request()
    part = Entry(10_000, reference=request.transfer.reference, bank_reference="S1", iban=PAYERS_IBAN, day=world.today())
    await world.import_file(statement(part, number="S1"))
    amount = request.amount
    amount.minor = GROSS - 10_000
    await record(world, seen(world, request, amount=amount, bank_reference="S2"))
    told = Entry(GROSS - 10_000, bank_reference="S2", iban=ANOTHER, day=world.today())
    await world.import_file(statement(told, number="S2"))
    refund = await world.refund(**of(request, GROSS))
    assert [each.iban for each in refund.payers] == [PAYERS_IBAN, ANOTHER]


async def test_a_transfer_in_no_file_yet_goes_to_another_account_by_an_operators_word(world: World) -> None:
    request = await paid_by_two(world)
    refund = await world.refund(**of(request, GROSS))
    with refused_as(errors_pb2.REASON_REFUND_STATE):
        await retry(world, refund)  # as before: there is nothing to try again
    assert (await world.get_refund(refund)).state == REQUESTED
    moved = await retry(world, refund, iban=ANOTHER, holder="Prova Srl")
    assert (moved.state, moved.iban, moved.amount.minor) == (APPROVED, ANOTHER, GROSS)
    back = await retry(world, refund, iban=PAYERS_IBAN, holder="Mario Prova")
    assert (back.state, back.iban) == (APPROVED, PAYERS_IBAN)
    made = await export(world)
    assert (made.transfers, made.sum.minor) == (1, GROSS)
    assert PAYERS_IBAN.encode() in made.file
    with refused_as(errors_pb2.REASON_REFUND_STATE):
        await retry(world, refund, iban=ANOTHER, holder="Prova Srl")
    assert (await world.get_refund(refund)).state == SENT


async def test_an_approved_transfer_goes_to_another_account_too(world: World) -> None:
    request = await world.paid_by_transfer()
    refund = await world.refund(**of(request, 7_000))
    await approve(world, refund)
    assert (await retry(world, refund, iban=ANOTHER, holder="Prova Srl")).iban == ANOTHER
