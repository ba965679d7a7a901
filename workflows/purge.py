"""Purge: the only process that deletes a customer's domains, mailboxes and login, and proves that nothing is left."""

import uuid

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1.common_pb2 import Steering, Subject
    from casella.mailboxes.v1 import mailboxes_pb2
    from casella.ordering.v1 import ordering_pb2 as pb
    from casella.payments.v1 import payments_pb2
    from casella.trial.v1 import trial_pb2
    from workflows import names, retries, wording
    from workflows.activities.mailboxes import MailboxesSteps
    from workflows.activities.ordering import OrderingSteps
    from workflows.activities.payments import PaymentsSteps
    from workflows.activities.trial import TrialSteps
    from workflows.details import Details
    from workflows.process import Process
    from workflows.steps import StepRefused, quickly, visibly


@workflow.defn(name=names.PURGE)
class Purge(Process):
    """Deletes once the account is closed; a legal hold is asked for before each deletion and stops it."""

    @workflow.init
    def __init__(self, subject: Subject) -> None:
        """Begin with the account's id."""
        super().__init__(Details(f"Purge of account {subject.id}", f"casella show account {subject.id}"))
        self.account_id = subject.id

    @workflow.run
    async def run(self, subject: Subject) -> str:
        """Purge the closed account with this id."""
        self.details.concerns(account=subject.id)
        return await self.follow(self.proceed)

    async def proceed(self) -> str:
        """The process."""
        closure = await self.read_closure()
        if not closure.HasField("purged_at"):
            await self.wait_while_held()
            removed = await self.delete_domains_and_mailboxes(closure)
            await self.wait_while_held()
            await self.close_login()
            await self.switch_off_automatic_debit()
            await self.prove_nothing_is_left()
            await self.record(removed)
        self.details.stands("Purged", "nothing: domains, mailboxes and login are gone")
        return "purged"

    @workflow.signal(name=names.ACCOUNT_CLOSED, description="The account was closed, or its hold lifted: look again.")
    def account_closed(self) -> None:
        """Ordering has closed the account."""
        self.look_again()

    async def read_closure(self) -> pb.Closure:
        """Whether and why the account is closed, and whether a hold stands."""
        self.listen()  # what changes here is the hold, and this is where it is read
        request = pb.GetClosureRequest(account_id=self.account_id)
        answer = await quickly(OrderingSteps.get_closure, request, "read the closure")
        closure = answer.closure
        self.details.knows(f"closed {wording.day(closure.closed_at)} because {wording.closure(closure.reason)}")
        return closure

    async def wait_while_held(self) -> None:
        """Delete nothing while a legal hold stands."""
        while (await self.read_closure()).legal_hold:
            self.details.happened("a legal hold stands: nothing is deleted")
            self.details.stands(
                "Held",
                "the end of the legal hold, which wakes the purge at once: "
                f"`casella hold release {self.account_id} --reason CODE`",
            )
            await self.wait(retries.LOOK_AGAIN, "ask again whether the legal hold stands")
        self.details.stands("Purging", "domains and mailboxes, the login, the proof that nothing is left; at once")

    async def delete_domains_and_mailboxes(self, closure: pb.Closure) -> mailboxes_pb2.PurgeAccountResponse:
        """From the database and the mail system, for good; an unlocked account only once its contract has ended."""
        request = mailboxes_pb2.PurgeAccountRequest(
            account_id=self.account_id, contract_ended=closure.reason != pb.CLOSURE_REASON_TRIAL_ENDED
        )
        removed = await visibly(MailboxesSteps.purge, request, "delete domains and mailboxes", outside=True)
        domains = wording.counted(removed.domains_removed, "domain", "domains")
        mailboxes = wording.counted(removed.mailboxes_removed, "mailbox", "mailboxes")
        self.details.happened(f"{domains} and {mailboxes} removed")
        return removed

    async def close_login(self) -> None:
        """No login and no session is left."""
        request = trial_pb2.CloseLoginRequest(account_id=self.account_id)
        await quickly(TrialSteps.close_login, request, "close the login")
        self.details.happened("the login is closed")

    async def switch_off_automatic_debit(self) -> None:
        """Nobody charges an account that is purged; the mandate's own process releases it at the provider."""
        asked = payments_pb2.GetMandateRequest(account_id=self.account_id)
        answer = await quickly(PaymentsSteps.get_mandate, asked, "read the mandate")
        found = answer.mandate
        if found.state != payments_pb2.MANDATE_STATE_ACTIVE and not answer.page_open:
            return
        request = payments_pb2.SwitchOffAutomaticDebitRequest(
            request_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"purge/{found.mandate_id or self.account_id}")),
            account_id=self.account_id,
            steering=Steering(reason_code="account_purged", source=f"purge {self.account_id}/"),
        )
        await quickly(PaymentsSteps.switch_off, request, "switch automatic debit off")
        self.details.happened(
            f"automatic debit is switched off: it goes on as {names.automatic_debit_id(self.account_id)}"
        )

    async def prove_nothing_is_left(self) -> None:
        """Ask for what is left; anything but zero is an operator's case."""
        left = await quickly(
            MailboxesSteps.prove_purged,
            mailboxes_pb2.ProvePurgedRequest(account_id=self.account_id),
            "prove that nothing is left",
        )
        if left.domains or left.mailboxes or left.mailboxes_in_mail_system:
            raise StepRefused(
                "prove that nothing is left",
                "NOT_EMPTY",
                f"{left.domains} domains, {left.mailboxes} mailboxes and "
                f"{left.mailboxes_in_mail_system} in the mail system are left",
            )
        self.details.happened("proved: nothing is left")

    async def record(self, removed: mailboxes_pb2.PurgeAccountResponse) -> None:
        """The closure's end."""
        request = pb.RecordPurgedRequest(
            account_id=self.account_id,
            domains_removed=removed.domains_removed,
            mailboxes_removed=removed.mailboxes_removed,
        )
        await quickly(OrderingSteps.record_purged, request, "record the purge")
