"""AutomaticDebit: what follows when an account's mandate was set up or has ended. Charges are steps of its periods."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1.common_pb2 import Subject
    from casella.ordering.v1 import ordering_pb2
    from casella.payments.v1 import payments_pb2 as pb
    from workflows import names, wording_money
    from workflows.activities.ordering import OrderingSteps
    from workflows.activities.payments import PaymentsSteps
    from workflows.details import Details
    from workflows.process import Process
    from workflows.steps import quickly, visibly


@workflow.defn(name=names.AUTOMATIC_DEBIT)
class AutomaticDebit(Process):
    """Lets the subscription follow the mandate, tells the customer, and releases at the provider what has ended."""

    @workflow.init
    def __init__(self, subject: Subject) -> None:
        """Begin with the account's id."""
        super().__init__(
            Details(f"Automatic debit of account {subject.id}", f"casella show account {subject.id}"),
        )
        self.account_id = subject.id

    @workflow.run
    async def run(self, subject: Subject) -> str:
        """Carry the news of this account's automatic debit to its end."""
        self.details.concerns(account=subject.id)
        return await self.follow(self.proceed)

    async def proceed(self) -> str:
        """The process: the rows tell how the mandate stands now, whatever the wake was about."""
        self.listen()
        found = await self.read_mandate()
        active = found.mandate.state == pb.MANDATE_STATE_ACTIVE
        await self.follow_in_ordering(found.mandate)
        if found.news:
            await self.tell_the_customer(found.mandate)
        if found.release_due:
            await self.release()
        state = "Active" if active else "SwitchedOff"
        self.details.stands(state, "nothing: everybody knows")
        return "active" if active else "switched off"

    async def read_mandate(self) -> pb.GetMandateResponse:
        """The newest mandate as it stands."""
        answer = await quickly(
            PaymentsSteps.get_mandate, pb.GetMandateRequest(account_id=self.account_id), "read the mandate"
        )
        self.details.knows(wording_money.mandate(answer.mandate))
        return answer

    async def follow_in_ordering(self, mandate: pb.Mandate) -> None:
        """From the next measuring on the subscription is paid accordingly."""
        request = ordering_pb2.FollowAutomaticDebitRequest(
            account_id=self.account_id,
            active=mandate.state == pb.MANDATE_STATE_ACTIVE,
            method_instead=mandate.method_instead,
        )
        answer = await quickly(OrderingSteps.follow_automatic_debit, request, "let the subscription follow")
        if answer.changed:
            self.details.happened("the subscription is paid accordingly from its next measuring on")

    async def tell_the_customer(self, mandate: pb.Mandate) -> None:
        """The confirmation, once each time it begins or ends."""
        request = pb.SendMandateEmailRequest(
            mandate_id=mandate.mandate_id, account_id=self.account_id, told=mandate.state
        )
        if self.could_write(await quickly(PaymentsSteps.send_mandate_email, request, "tell the customer")):
            self.details.happened("the customer was told")

    async def release(self) -> None:
        """What was switched off can be charged by nobody at the provider either."""
        request = pb.ReleaseMandatesRequest(account_id=self.account_id)
        await visibly(PaymentsSteps.release_mandates, request, "release the mandate at the provider", outside=True)
        self.details.happened("the ended mandate is released at the provider", once=True)

    @workflow.signal(name=names.DEBIT_CHANGED, description="Automatic debit was set up, or has ended: look again.")
    def debit_changed(self) -> None:
        """Payments has written a mandate, or its end."""
        self.look_again()
