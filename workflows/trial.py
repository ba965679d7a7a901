"""Trial: from the confirmation through 30 days and the grace before the purge, to the purchase or the closing."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1.common_pb2 import Subject
    from casella.mailboxes.v1 import mailboxes_pb2
    from casella.ordering.v1 import ordering_pb2
    from casella.trial.v1 import trial_pb2 as pb
    from workflows import names, retries, wording, wording_due
    from workflows.activities.mailboxes import MailboxesSteps
    from workflows.activities.ordering import OrderingSteps
    from workflows.activities.trial import TrialSteps
    from workflows.details import Details
    from workflows.held import ORDER_OPEN, Held, held, held_by_order, release
    from workflows.process import Process
    from workflows.steering import (
        NO_DATA,
        NO_EXTENSION,
        Extension,
        Why,
        Wrong,
        check_extension,
        check_why,
        days_of,
        request_id,
        steering,
    )
    from workflows.steps import StepRefused, quickly

_PURGE, _ORDER_HOLDS = "purge", "order_end"
"""What the trial service calls the purge, and the look at a purge that is due but held by an open order."""
_EXTEND = 'moves the end later: `{"days": 7, "reason_code": "slow_migration"}`'
_END = 'ends the trial now: `{"reason_code": "customer_asked"}`'


@workflow.defn(name=names.TRIAL)
class Trial(Process):
    """Opens the account, has the trial service act on each of its dates, and closes what nobody bought."""

    @workflow.init
    def __init__(self, subject: Subject) -> None:
        """Begin with the account's id."""
        super().__init__(Details(f"Trial of account {subject.id}", f"casella show account {subject.id}"))
        self.account_id = subject.id
        self.restricted = False
        self.open_order_id = ""
        self.legal_hold = False

    @workflow.run
    async def run(self, subject: Subject) -> str:
        """Follow the trial of the account with this id to its end: bought or closed."""
        self.details.concerns(account=subject.id)
        return await self.follow(self.proceed)

    async def proceed(self) -> str:
        """The process."""
        await self.open_mailboxes()
        while True:
            self.listen()
            standing = await self.read_standing()
            if standing.paid:
                return await self.record_purchase(standing.paid_order_id)
            try:
                due = await self.do_what_is_due(standing)
            except StepRefused as refused:
                if refused.reason != "REASON_NOT_FOUND":
                    raise
                return self.end("Closed", "the account was erased")
            await self.match_access(due.trial.state)
            self.show(due, standing)
            match due.next:
                case pb.TRIAL_NEXT_WAIT:
                    await self.wait(due.wait, wording_due.on_trial(due.due))
                case pb.TRIAL_NEXT_PURGE_DUE:
                    if await self.close_account():
                        return self.end("Closed", f"account closed; it goes on as {names.purge_id(self.account_id)}")
                case _:
                    return self.end("Closed", "the account is closed")

    @workflow.signal(name=names.TRIAL_CHANGED, description="An order or the trial itself has changed: look again.")
    def trial_changed(self) -> None:
        """An order was placed, paid or ended, or the customer ended the trial."""
        self.look_again()

    @workflow.update(
        description="Moves the trial's end later by whole days, even after it; reminders and purge move with it. "
        'Data: {"days": 7, "reason_code": "slow_migration"}'
    )
    async def extend_trial(self, extension: Extension = NO_EXTENSION) -> str:
        """Extend by an operator's decision; tells the new end."""
        days = days_of(extension)
        answer = await self.steer(
            TrialSteps.extend,
            pb.ExtendTrialRequest(
                request_id=request_id(),
                account_id=self.account_id,
                days=days,
                steering=steering(extension),
            ),
            f"extend by {wording.days(days)}",
        )
        ends = f"ends {wording.day(answer.trial.ends_at)}"
        self.details.steered(f"extended it by {wording.days(days)} ({extension.reason_code}): {ends}")
        self.look_again()
        return ends

    @extend_trial.validator
    def _may_extend(self, extension: Extension = NO_EXTENSION) -> None:
        check_extension(extension)
        self._must_run()

    @workflow.update(
        description='Ends the trial now; the days until the purge start to run. Data: {"reason_code": "customer_asked"}'
    )
    async def end_trial(self, why: Why = NO_DATA) -> str:
        """End by an operator's decision; tells when the purge is."""
        answer = await self.steer(
            TrialSteps.end,
            pb.EndTrialRequest(request_id=request_id(), account_id=self.account_id, steering=steering(why)),
            "end the trial",
        )
        self.details.steered(f"ended it ({why.reason_code})")
        self.look_again()
        return f"ended; the purge is on {wording.day(answer.trial.purge_at)}"

    @end_trial.validator
    def _may_end(self, why: Why = NO_DATA) -> None:
        check_why(why)
        self._must_run()
        if self.details.state in ("Ended", "Held"):
            raise Wrong("the trial has ended already")

    def _must_run(self) -> None:
        if self.details.state in ("Bought", "Closed"):
            raise Wrong(f"the trial is over: {self.details.state}")

    async def open_mailboxes(self) -> None:
        """Let the customer create domains and mailboxes."""
        await quickly(
            MailboxesSteps.open_account,
            mailboxes_pb2.OpenAccountRequest(account_id=self.account_id),
            "open the account for mailboxes",
        )
        self.details.happened("the account is open for domains and mailboxes", once=True)

    async def read_standing(self) -> ordering_pb2.GetStandingResponse:
        """Whether orders hold or end the trial."""
        return await quickly(
            OrderingSteps.get_standing,
            ordering_pb2.GetStandingRequest(account_id=self.account_id),
            "read the account's orders",
        )

    async def do_what_is_due(self, standing: ordering_pb2.GetStandingResponse) -> pb.AdvanceTrialResponse:
        """Have the trial service send what is due and end what has ended."""
        return await quickly(
            TrialSteps.advance,
            pb.AdvanceTrialRequest(
                account_id=self.account_id, order_open=standing.order_open, legal_hold=standing.legal_hold
            ),
            "do what is due on the trial",
        )

    async def match_access(self, state: pb.TrialState) -> None:
        """Stop sending and anything new once the trial has ended; give it back after an extension."""
        if state == pb.TRIAL_STATE_ENDED and not self.restricted:
            await quickly(
                MailboxesSteps.restrict,
                mailboxes_pb2.RestrictAccountRequest(account_id=self.account_id),
                "stop sending and anything new",
            )
            self.restricted = True
            self.details.happened("the trial has ended; sending and new mailboxes are stopped")
        elif state == pb.TRIAL_STATE_ACTIVE and self.restricted:
            await quickly(
                MailboxesSteps.reopen,
                mailboxes_pb2.ReopenAccountRequest(account_id=self.account_id),
                "give the trial back",
            )
            self.restricted = False
            self.details.happened("the trial runs again")

    async def record_purchase(self, order_id: str) -> str:
        """The first order was paid: the trial is over for good."""
        await quickly(
            TrialSteps.record_purchase,
            pb.RecordPurchaseRequest(account_id=self.account_id, order_id=order_id),
            "record the purchase",
        )
        return self.end("Bought", f"order {order_id} was paid")

    async def close_account(self) -> bool:
        """Close the account, which starts its purge; False after a wait because something held it."""
        try:
            await quickly(
                OrderingSteps.close_account,
                ordering_pb2.CloseAccountRequest(
                    account_id=self.account_id, reason=ordering_pb2.CLOSURE_REASON_TRIAL_ENDED
                ),
                "close the account",
            )
        except StepRefused as refused:
            if refused.reason == ORDER_OPEN:
                self.stands_held(held_by_order(self.open_order_id, None))
            else:
                self.stands_held(held(refused, self.account_id) or Held(f"a refusal: {refused.message}"))
            await self.wait(retries.LOOK_AGAIN, "ask again whether the account may be closed")
            return False
        return True

    def stands_held(self, found: Held) -> None:
        """Tell the operator that the purge is due, what holds it, and when it goes ahead at the latest."""
        self.details.happened(f"the purge is held by {found.by}", once=True)
        self.details.stands("Held", found.coming, found.until, {"extend_trial": _EXTEND})

    def show(self, due: pb.AdvanceTrialResponse, standing: ordering_pb2.GetStandingResponse) -> None:
        """Tell the operator where the trial stands."""
        trial = due.trial
        active = trial.state == pb.TRIAL_STATE_ACTIVE
        ends = "ends" if active else "ended"
        held = "; a legal hold stands, which holds the purge" if standing.legal_hold else ""
        self.details.knows(
            f"{ends} {wording.day(trial.ends_at)}, purge {wording.day(trial.purge_at)} unless bought{held}"
        )
        coming = wording_due.on_trial(due.due)
        self.tell_reminders(wording_due.on_trial(due.sent) if wording_due.is_reminder(due.sent) else "")
        if standing.legal_hold != self.legal_hold:
            what = "was set: no reminder of the purge is sent, and nothing is deleted"
            self.details.happened(f"a legal hold {what}" if standing.legal_hold else "the legal hold was released")
            self.legal_hold = standing.legal_hold
        if standing.open_order_id != self.open_order_id:
            changed = standing.open_order_id or self.open_order_id
            what = "is open; it holds the purge" if standing.order_open else "has ended unpaid"
            self.details.happened(f"{names.order_id(changed)} {what}")
            self.open_order_id = standing.open_order_id
        if due.due == _ORDER_HOLDS:
            expires_at = standing.open_order_expires_at if standing.HasField("open_order_expires_at") else None
            self.stands_held(held_by_order(standing.open_order_id, expires_at))
            return
        updates = {"extend_trial": _EXTEND, "end_trial": _END} if active else {"extend_trial": _EXTEND}
        if standing.legal_hold and due.due == _PURGE:
            coming = (
                f"the purge is due, but a legal hold holds it: nothing is deleted before {release(self.account_id)}"
            )
        elif standing.order_open and due.due == _PURGE:
            order = names.order_id(standing.open_order_id)
            coming += f", unless {order} is still open: it holds the purge until its end, 30 days at the most"
        self.details.stands("Active" if active else "Ended", coming, due.due_at, updates)

    def end(self, state: str, what: str) -> str:
        """Say how it ended."""
        self.details.happened(what)
        self.details.stands(state, "nothing: the trial is over")
        return state.lower()
