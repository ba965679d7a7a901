"""What the ends of a service share, by a subscription that ran out, a withdrawal or a lost dispute."""

from collections.abc import Sequence

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.mailboxes.v1 import mailboxes_pb2
    from casella.ordering.v1 import ordering_pb2 as pb
    from workflows import names, retries
    from workflows.activities.mailboxes import MailboxesSteps
    from workflows.activities.ordering import OrderingSteps
    from workflows.held import held
    from workflows.order_steps import by_size, with_options
    from workflows.process import Process
    from workflows.steps import StepRefused, quickly


class ServiceEnd(Process):
    """A process that can bring a service to its end."""

    async def suspend_sending(self, account_id: str, cause: mailboxes_pb2.SuspensionCause) -> None:
        """The mailboxes receive and can be read, but send nothing."""
        request = mailboxes_pb2.SuspendAccountRequest(
            account_id=account_id, request_id=str(workflow.uuid4()), cause=cause
        )
        await quickly(MailboxesSteps.suspend, request, "suspend sending")

    async def take_back_places(self, account_id: str, order_id: str, items: Sequence[pb.MailboxItem]) -> None:
        """The places that an addition to an annual contract had brought."""
        request = mailboxes_pb2.TakeBackPlacesRequest(
            account_id=account_id, order_id=order_id, sizes=by_size(items), ordered=with_options(items)
        )
        await quickly(MailboxesSteps.take_back, request, "take back the added places")

    async def close_account(self, account_id: str) -> None:
        """The closing days are over: the purge begins, unless a legal hold stands or money waits."""
        request = pb.CloseAccountRequest(account_id=account_id, reason=pb.CLOSURE_REASON_SUBSCRIPTION_ENDED)
        try:
            await quickly(OrderingSteps.close_account, request, "close the account")
            self.details.happened(f"account closed; it goes on as {names.purge_id(account_id)}", once=True)
        except StepRefused as refused:
            found = held(refused, account_id)
            if found is None:
                raise
            self.details.happened(f"the purge is held by {found.by}", once=True)
            self.details.stands("Held", found.coming, found.until)
            await self.wait(retries.LOOK_AGAIN, "ask again whether the account may be closed")
