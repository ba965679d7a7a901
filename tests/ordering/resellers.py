"""What a test of resellers does all the time: buy at list price, fill the panel, ask, decide."""

from datetime import date
from typing import Any

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from tests.ordering.shop import ACME, STEERING, TO_ANNA, Shop
from tests.ordering.subscribers import Subscriber, monthly
from tests.support.room import request_id

BEGIN = date(2026, 11, 10)
APPROVE, REFUSE = pb.RESELLER_DECISION_APPROVE, pb.RESELLER_DECISION_REFUSE
KEEP, WITHDRAW = pb.RESELLER_DECISION_KEEP, pb.RESELLER_DECISION_WITHDRAW


def reseller_party() -> common_pb2.BillingParty:
    """A business that sells on."""
    party = common_pb2.BillingParty()
    party.CopyFrom(ACME)
    party.kind = common_pb2.CUSTOMER_KIND_RESELLER
    return party


class Reseller(Subscriber):
    """A reseller's monthly contract of 7 mailboxes, bought at list price."""

    async def asks(self, **changed: Any) -> pb.ResellerStatus:
        answer = await self.shop.stub().RequestResellerStatus(self.wish(**changed), metadata=self.metadata)
        return pb.ResellerStatus.FromString(answer.status.SerializeToString())

    def wish(self, **changed: Any) -> pb.RequestResellerStatusRequest:
        """A request with its declaration."""
        fields: dict[str, Any] = {
            "request_id": request_id(),
            "account_id": str(self.account_id),
            "resells": True,
            "declaration_version": "2026-11",
            "language": common_pb2.LANGUAGE_IT,
            "client": common_pb2.ClientContext(ip="203.0.113.7", user_agent="Firefox"),
        }
        return pb.RequestResellerStatusRequest(**fields | changed)

    def fill(self, mailboxes: int = 12, *others: str) -> None:
        """So many mailboxes, and beside the first domain these."""
        self.account.mailboxes = {8: mailboxes}
        self.account.domains = ["acme.it", *others]

    async def status(self, caller: str = "operator", **more: Any) -> pb.GetResellerStatusResponse:
        asked = pb.GetResellerStatusRequest(account_id=str(self.account_id))
        metadata = self.metadata if caller == "gateway" else None
        answer = await self.shop.stub(caller).GetResellerStatus(asked, metadata=metadata, **more)
        return pb.GetResellerStatusResponse.FromString(answer.SerializeToString())

    async def trained(self) -> Any:
        request = pb.RecordResellerTrainingRequest(
            request_id=request_id(), account_id=str(self.account_id), steering=STEERING
        )
        return await self.shop.worker.RecordResellerTraining(request)

    def verdict(self, decision: pb.ResellerDecision, **more: Any) -> pb.DecideResellerRequest:
        """A request that decides so."""
        fields: dict[str, Any] = {
            "request_id": request_id(),
            "account_id": str(self.account_id),
            "decision": decision,
            "recipient": TO_ANNA,
            "steering": common_pb2.Steering(actor="operator", reason_code="looked_at", source=request_id()),
        }
        if decision in (REFUSE, WITHDRAW):
            fields["reason"] = pb.RESELLER_END_REASON_TRAINING
        return pb.DecideResellerRequest(**fields | more)

    async def decided(self, decision: pb.ResellerDecision, **more: Any) -> pb.ResellerStatus:
        answer = await self.shop.worker.DecideReseller(self.verdict(decision, **more))
        return pb.ResellerStatus.FromString(answer.status.SerializeToString())

    async def advances(self) -> pb.AdvanceResellerResponse:
        answer = await self.shop.worker.AdvanceReseller(pb.AdvanceResellerRequest(account_id=str(self.account_id)))
        return pb.AdvanceResellerResponse.FromString(answer.SerializeToString())


async def a_reseller(shop: Shop) -> Reseller:
    """A reseller who has bought at list price and not asked yet."""
    bought = await monthly(shop, BEGIN, party=reseller_party())
    return Reseller(bought.shop, bought.subscription_id, bought.account_id)


async def an_approved_one(shop: Shop, mailboxes: int = 12) -> Reseller:
    """A reseller with every requirement met and the status."""
    reseller = await a_reseller(shop)
    reseller.fill(mailboxes, "client.example")
    await reseller.asks()
    await reseller.trained()
    await reseller.decided(APPROVE)
    await shop.room.empty_outbox()
    return reseller
