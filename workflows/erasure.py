"""Erasure: from the request to delete a profile, or the end of what is kept of an unpaid account, to the proof."""

from collections.abc import Sequence

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1 import erasure_pb2
    from casella.common.v1.common_pb2 import Subject
    from casella.support.v1 import erasures_pb2 as pb
    from workflows import names, retries, wording
    from workflows.activities.erasing import ErasureSteps as Steps
    from workflows.details import Details
    from workflows.erasure_steps import REFUSALS, ROOMS, ErasureProcess
    from workflows.steering import NO_DATA, Why, Wrong, check_why, request_id, steering

_APPROVE = 'ends what runs, closes and purges the account, erases its data: `{"reason_code": "customer_asked"}`'
_REFUSE = f'tells the customer why; the codes are {", ".join(REFUSALS)}: `{{"reason_code": "legal_claim"}}`'
_WITHOUT_EMAIL = 'goes on without the last email, where the address takes none: `{"reason_code": "address_gone"}`'
_ENDS = {
    pb.ERASURE_STATE_REFUSED: ("Refused", "nothing: the request was refused, and the customer was told why"),
    pb.ERASURE_STATE_WITHDRAWN: ("Withdrawn", "nothing: the customer took the request back"),
    pb.ERASURE_STATE_ERASED: ("Erased", "nothing: the personal data are erased"),
}
_NOTHING = ("Nothing", "nothing: no erasure is asked for or due")


@workflow.defn(name=names.ERASURE)
class Erasure(ErasureProcess):
    """Waits for the decision, has the account closed and purged, tells the customer, erases everywhere, proves it."""

    @workflow.init
    def __init__(self, subject: Subject) -> None:
        """Begin with the account's id."""
        super().__init__(Details(f"Erasure of account {subject.id}", f"casella show erasure {subject.id}"))
        self.account_id = subject.id
        self.erasure = pb.Erasure()
        self.shown: Sequence[erasure_pb2.ErasureFact] | None = None

    @workflow.run
    async def run(self, subject: Subject) -> str:
        """Follow the erasure of the account with this id to its end: erased, refused or withdrawn."""
        self.details.concerns(account=subject.id)
        return await self.follow(self.proceed)

    async def proceed(self) -> str:
        """The process."""
        erasure = await self.read()
        while erasure.state == pb.ERASURE_STATE_WAITING:
            self.show_request(await self.list_facts())
            await self.wait(retries.WHILE_UNDECIDED, "look again at what there is")
            erasure = await self.read()
        if erasure.state == pb.ERASURE_STATE_APPROVED:
            if erasure.cause != pb.ERASURE_CAUSE_NEVER_PAID:
                await self.close_account()
                await self.wait_for_purge()
            facts = await self.wait_until_nothing_holds()
            if erasure.cause == pb.ERASURE_CAUSE_ASKED:
                await self.tell_the_customer(facts)
            erasure = await self.erase_everywhere()
        return self.end(*_ENDS.get(erasure.state, _NOTHING))

    async def close_account(self) -> None:
        """End what runs, wait for money and documents on their way, and close the account."""
        self.details.stands(
            "Closing", "the end of what runs, and the account's closing, at once where nothing holds it"
        )
        while True:
            await self.wait_until_nothing_holds()
            if await self.close():
                self.details.happened("the account is closed", once=True)
                return

    async def wait_for_purge(self) -> None:
        """Domains, mailboxes and login go at once, by the one process that deletes them."""
        pause = retries.SOON
        while not (await self.read_standing()).HasField("purged_at"):
            self.details.stands("Purging", f"the purge, which goes on as {names.purge_id(self.account_id)}")
            pause = await self.pause(pause, "ask again whether the account is purged")
            self.listen()
        self.details.happened("domains, mailboxes and login are gone", once=True)

    async def tell_the_customer(self, facts: Sequence[erasure_pb2.ErasureFact]) -> None:
        """The last email, before the address is erased."""
        self.details.stands(
            "Telling",
            "the last email: the erasure begins once the mail server has taken it",
            updates={"erase_without_email": _WITHOUT_EMAIL},
        )
        told = await self.confirm(invoices_kept=any(fact.kind == "invoices" for fact in facts))
        self.details.happened("no last email is sent" if told.email_skipped else "the last email was sent", once=True)

    async def erase_everywhere(self) -> pb.Erasure:
        """Every service erases and tells what; the proof is recorded."""
        proof = []
        for room in ROOMS:
            self.details.stands("Erasing", f"the personal data in {room}, at once")
            proof.append(await self.erase_in(room))
        erased = await self.record(proof)
        rows = sum(row.rows for each in proof for row in each.rows)
        self.details.happened(f"{rows} rows erased in {len(ROOMS)} services: `{self.details.look_up}` is the proof")
        return erased

    def show_request(self, facts: Sequence[erasure_pb2.ErasureFact]) -> None:
        """Tell the operator what there is of the account, and what may be done."""
        erasure = self.erasure
        if changed := self.changed(facts):
            self.details.happened(f"what there is has changed: {changed}")
        self.shown = facts
        self.details.knows(
            f"asked for {wording.day(erasure.requested_at)} by ticket {erasure.ticket_id} "
            f"(`casella tickets show {erasure.ticket_id}`)"
        )
        there = "; ".join(wording.erasure_fact(fact) for fact in facts) or "nothing but the person"
        self.details.stands(
            "Waiting",
            f"an operator's decision; the law wants an answer within a month. There is: {there}",
            erasure.answer_by,
            {"approve": _APPROVE, "refuse": _REFUSE},
        )

    def changed(self, facts: Sequence[erasure_pb2.ErasureFact]) -> str:
        """What is new and what is no more since what there is was shown; empty where it is the same."""
        if self.shown is None:
            return ""
        new = [wording.erasure_fact(fact) for fact in facts if fact not in self.shown]
        gone = [wording.erasure_fact(fact) for fact in self.shown if fact not in facts]
        told = {"new": new, "no more": gone}
        return "; ".join(f"{word}: {', '.join(each)}" for word, each in told.items() if each)

    def end(self, state: str, coming: str) -> str:
        """Say how it ended."""
        self.details.stands(state, coming)
        return state.lower()

    @workflow.signal(name=names.ERASURE_CHANGED, description="The erasure or what holds it has changed: look again.")
    def erasure_changed(self) -> None:
        """It was asked for, decided or taken back, a hold was lifted, or the purge has ended."""
        self.look_again()

    @workflow.update(
        description="Approves the erasure: open orders are cancelled, the subscription ends at once, the account is "
        "closed and purged, the personal data are erased in every service. Cannot be taken back. It is refused once, "
        "and says what is new, where what there is has changed since the page showed it. "
        'Data: {"reason_code": "customer_asked"}'
    )
    async def approve(self, why: Why = NO_DATA) -> str:
        """Decide for the customer, on what there is at this moment.

        Raises:
            Wrong: It is not what was shown; now it is shown.
        """
        facts = await self.list_facts()
        self._must_wait()
        if changed := self.changed(facts):
            self.show_request(facts)
            raise Wrong(
                f"not approved, because what there is has changed since it was shown: {changed}. To approve it all the "
                "same, send `approve` again"
            )
        await self.decide(why, approve=True)
        return "approved"

    @approve.validator
    def _may_approve(self, why: Why = NO_DATA) -> None:
        check_why(why)
        self._must_wait()

    @workflow.update(
        description="Refuses the erasure: the customer gets the answer with the reason in the ticket and by email. "
        f"The code says the reason: {', '.join(REFUSALS)}. "
        'Data: {"reason_code": "legal_claim"}'
    )
    async def refuse(self, why: Why = NO_DATA) -> str:
        """Decide against the customer."""
        await self.decide(why, approve=False)
        return f"refused: {REFUSALS[why.reason_code]}"

    @refuse.validator
    def _may_refuse(self, why: Why = NO_DATA) -> None:
        check_why(why)
        if why.reason_code not in REFUSALS:
            raise Wrong(f"reason_code: what the customer is told, one of {', '.join(REFUSALS)}")
        self._must_wait()

    @workflow.update(
        description="Goes on without the last email, where the customer's address takes none. "
        'Data: {"reason_code": "address_gone"}'
    )
    async def erase_without_email(self, why: Why = NO_DATA) -> str:
        """Leave the email out by an operator's decision."""
        request = pb.SkipErasureEmailRequest(
            request_id=request_id(), erasure_id=self.erasure.erasure_id, steering=steering(why)
        )
        await self.steer(Steps.skip_email, request, "go on without the last email")
        self.details.steered(f"left the last email out ({why.reason_code})")
        return "the erasure goes on without the email within half a minute"

    @erase_without_email.validator
    def _may_skip(self, why: Why = NO_DATA) -> None:
        check_why(why)
        if self.details.state != "Telling":
            raise Wrong(f"no email is being sent: the erasure is {self.details.state or 'being read'}")

    def _must_wait(self) -> None:
        if self.details.state != "Waiting":
            raise Wrong(f"the erasure waits for no decision: it is {self.details.state or 'being read'}")

    async def decide(self, why: Why, *, approve: bool) -> None:
        """Carry the decision to support, with who took it and why."""
        request = pb.DecideErasureRequest(
            request_id=request_id(),
            erasure_id=self.erasure.erasure_id,
            account_id=self.account_id,
            approve=approve,
            steering=steering(why),
        )
        await self.steer(Steps.decide, request, "approve the erasure" if approve else "refuse the erasure")
        self.details.steered(f"{'approved' if approve else 'refused'} it ({why.reason_code})")
        self.look_again()
