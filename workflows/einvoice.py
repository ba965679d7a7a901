"""EInvoice: the way of an invoice or credit note to the Sistema di Interscambio, to its delivery or other end."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1.common_pb2 import Subject
    from casella.invoicing.v1 import invoicing_pb2 as pb
    from casella.payments.v1 import payments_pb2
    from services.kit.money import written
    from workflows import names, retries, wording, wording_money
    from workflows.activities.invoicing import InvoicingSteps
    from workflows.activities.payments import PaymentsSteps
    from workflows.causes import payment_request_of
    from workflows.details import Details
    from workflows.process import Process
    from workflows.steering import NO_DATA, Why, Wrong, check_why, request_id, steering
    from workflows.steps import Step, quickly, visibly

_ENDS = {
    pb.TRANSMISSION_STATE_DELIVERED: ("Delivered", "delivered to the recipient"),
    pb.TRANSMISSION_STATE_UNDELIVERABLE: ("Undeliverable", "issued; the customer finds it in the reserved area"),
    pb.TRANSMISSION_STATE_GIVEN_UP: ("GivenUp", "given up by an admin"),
}
_TRANSMITTING = "the transmission by certified mail; if it does not get through, see Pending Activities"
_REFUND_REASON = "credit_note"
"""Why payments refunds, as its rows and lists show it."""
_UPDATES = {
    "retry_transmission": 'sends the same again under a new file name: `{"reason_code": "channel_mended"}`',
    "resend_with_current_profile": "sends it again with the customer's profile as it is now, once corrected by "
    '`casella profile correct`: `{"reason_code": "profile_corrected"}`',
    "give_up": 'ends it without the SdI, for good: `{"reason_code": "agreed_with_accountant"}`',
}


@workflow.defn(name=names.E_INVOICE)
class EInvoice(Process):
    """Transmits the document, waits for the SdI's receipts, and asks an operator where only a person can help."""

    @workflow.init
    def __init__(self, subject: Subject) -> None:
        """Begin with the id of the invoice or credit note."""
        super().__init__(Details(f"E-invoice {subject.id}", f"casella show invoice {subject.id}"))
        self.invoice_id = subject.id
        self.silent = False
        self.accepted = False

    @workflow.run
    async def run(self, subject: Subject) -> str:
        """Follow the e-invoice of the invoice or credit note with this id to its end."""
        self.details.stands("Transmitting", _TRANSMITTING)
        return await self.follow(self.proceed)

    async def proceed(self) -> str:
        """The process."""
        await self.read()
        transmission = await self.transmit()
        if transmission.kind == pb.DOCUMENT_KIND_CREDIT_NOTE:
            await self.refund(transmission)
            await self.email_credit_note()
        elif transmission.kind == pb.DOCUMENT_KIND_ADVANCE_INVOICE:
            await self.email_advance_invoice()
        while transmission.state not in _ENDS:
            if transmission.state == pb.TRANSMISSION_STATE_REJECTED:
                await self.wait_for_correction(transmission)
            else:
                await self.wait_for_receipt(transmission)
            transmission = await self.transmit()
        state, what = _ENDS[transmission.state]
        if transmission.abroad and transmission.state == pb.TRANSMISSION_STATE_UNDELIVERABLE:
            what = "issued; the customer abroad has the invoice by email"
        if how := wording.issued_how(transmission):
            self.details.happened(how)
        self.details.happened(what)
        self.accepted = transmission.state != pb.TRANSMISSION_STATE_GIVEN_UP
        if self.accepted and transmission.attempt > 1:
            await self.email_corrected_invoice()
        self.details.stands(state, "nothing: the e-invoice has come to its end")
        return state.lower()

    @workflow.signal(name=names.INVOICE_ISSUED, description="The invoice was issued: transmit it.")
    def invoice_issued(self) -> None:
        """The invoicing service has a row for this workflow."""
        self.look_again()

    @workflow.signal(name=names.RECEIPT_ARRIVED, description="A receipt of the SdI was applied: look again.")
    def receipt_arrived(self) -> None:
        """The transmission's state has changed."""
        self.look_again()

    @workflow.update(
        description="Sends the same e-invoice again: same number and date, new file name. "
        'Data: {"reason_code": "channel_mended"}'
    )
    async def retry_transmission(self, why: Why = NO_DATA) -> str:
        """Re-send after a rejection or a silence, by an operator's decision."""
        return await self.prepare(InvoicingSteps.prepare_resend, why, "send the same again")

    @workflow.update(
        description="Sends the e-invoice again with the customer's billing profile as it stands now; number, date and "
        'amounts stay. Data: {"reason_code": "profile_corrected"}'
    )
    async def resend_with_current_profile(self, why: Why = NO_DATA) -> str:
        """Re-send after the customer's data were corrected; number, date and amounts stay."""
        return await self.prepare(InvoicingSteps.prepare_resend_with_profile, why, "send the corrected one")

    @workflow.update(
        description="Gives the transmission up for good; the invoice keeps its number. For admins only. "
        'Data: {"reason_code": "agreed_with_accountant"}'
    )
    async def give_up(self, why: Why = NO_DATA) -> str:
        """End without the SdI, by an admin's decision."""
        await self.steer(
            InvoicingSteps.give_up,
            pb.GiveUpTransmissionRequest(request_id=request_id(), invoice_id=self.invoice_id, steering=steering(why)),
            "give the transmission up",
        )
        self.details.steered(f"gave it up ({why.reason_code})")
        self.look_again()
        return "given up"

    @retry_transmission.validator
    def _may_send_the_same(self, why: Why = NO_DATA) -> None:
        self._may_correct(why)

    @resend_with_current_profile.validator
    def _may_send_corrected(self, why: Why = NO_DATA) -> None:
        self._may_correct(why)

    @give_up.validator
    def _may_give_up(self, why: Why = NO_DATA) -> None:
        self._may_correct(why)

    def _may_correct(self, why: Why) -> None:
        check_why(why)
        if self.accepted:
            raise Wrong("the SdI has accepted the e-invoice: it is neither sent again nor given up")
        if self.details.state != names.NEEDS_OPERATOR:
            raise Wrong(f"the e-invoice needs no operator now: it is {self.details.state}")

    async def prepare(self, step: Step[pb.PrepareResendRequest, pb.PrepareResendResponse], why: Why, what: str) -> str:
        """Have invoicing make the next attempt ready; the run then sends it."""
        answer = await self.steer(
            step,
            pb.PrepareResendRequest(request_id=request_id(), invoice_id=self.invoice_id, steering=steering(why)),
            what,
        )
        self.details.steered(f"asked to {what} ({why.reason_code})")
        self.stands_transmitting(answer.transmission)
        self.silent = False
        self.look_again()
        return f"attempt {answer.transmission.attempt} is on its way"

    def remedies(self) -> dict[str, str]:
        """What helps when our own checks refuse the file, too."""
        return {} if self.accepted else _UPDATES

    async def read(self) -> None:
        """Name the invoice and the last day, before a channel that is away can keep the operator waiting for both."""
        request = pb.GetTransmissionRequest(invoice_id=self.invoice_id)
        answer = await quickly(InvoicingSteps.get_transmission, request, "read where the e-invoice stands")
        self.tell(answer.transmission)
        if answer.transmission.state == pb.TRANSMISSION_STATE_PENDING:
            self.stands_transmitting(answer.transmission)

    def stands_transmitting(self, transmission: pb.Transmission) -> None:
        """Tell that the file is on its way out, and by when it has to be."""
        self.details.stands("Transmitting", f"{_TRANSMITTING}; to be sent by", transmission.deadline)

    def tell(self, transmission: pb.Transmission) -> None:
        """Tell whom the e-invoice concerns, its number and attempt."""
        self.details.concerns(
            account=transmission.account_id,
            order=transmission.order_id,
            subscription=transmission.period.subscription_id,
        )
        self.details.knows(
            f"{wording.document(transmission.kind)} {transmission.number}, attempt {transmission.attempt}, "
            f"SdI id {transmission.sdi_identifier or 'not known yet'}"
        )

    async def transmit(self) -> pb.Transmission:
        """Send the file unless it was sent, and read where it stands."""
        self.listen()  # the answer is the row as it stands after the step
        request = pb.TransmitInvoiceRequest(invoice_id=self.invoice_id)
        answer = await visibly(InvoicingSteps.transmit, request, "transmit to the SdI, or read its state", outside=True)
        transmission = answer.transmission
        self.tell(transmission)
        if transmission.file_name:
            self.details.happened(f"sent as {transmission.file_name} (attempt {transmission.attempt})", once=True)
        return transmission

    async def refund(self, transmission: pb.Transmission) -> None:
        """Have payments refund what an operator's credit note promises: its id is the refund's, so that it is one."""
        if not transmission.HasField("refund") or transmission.state == pb.TRANSMISSION_STATE_GIVEN_UP:
            return
        asked = payment_request_of(transmission)
        paid = (await quickly(PaymentsSteps.get, asked, "read what was paid")).payment_request
        request = payments_pb2.RequestRefundRequest(
            refund_id=self.invoice_id,
            payment_request_id=paid.payment_request_id,
            amount=transmission.refund,
            reason_code=_REFUND_REASON,
            as_account_credit=transmission.refund_method == pb.REFUND_METHOD_ACCOUNT_CREDIT,
        )
        what = f"refund {written(transmission.refund)}"
        refund = (await visibly(PaymentsSteps.request_refund, request, what, outside=True)).refund
        stands = wording_money.refund_news(refund)
        self.details.happened(f"refund {refund.refund_id} asked for{f': {stands}' if stands else ''}", once=True)

    async def email_credit_note(self) -> None:
        """The courtesy copy for the customer, whoever had the note issued: sent once, however often it is asked for."""
        request = pb.SendCreditNoteRequest(document_id=self.invoice_id)
        if self.could_write(await quickly(InvoicingSteps.send_credit_note, request, "email the credit note")):
            self.details.happened("the customer gets the credit note by email", once=True)

    async def email_advance_invoice(self) -> None:
        """The courtesy copy of a part payment's invoice: sent once, however often it is asked for."""
        request = pb.SendInvoiceRequest(document_id=self.invoice_id)
        what = "email the invoice of the part payment"
        if self.could_write(await quickly(InvoicingSteps.send_invoice, request, what)):
            self.details.happened("the customer gets the invoice of the part payment by email", once=True)

    async def email_corrected_invoice(self) -> None:
        """Another courtesy copy for the customer, where a corrected e-invoice shows other data than the first copy."""
        request = pb.SendCorrectedInvoiceRequest(document_id=self.invoice_id)
        answer = await quickly(
            InvoicingSteps.send_corrected_invoice, request, "email the courtesy invoice again, if its data have changed"
        )
        if answer.due and self.could_write(answer):
            self.details.happened("the customer gets a courtesy invoice with the corrected data", once=True)

    async def wait_for_receipt(self, transmission: pb.Transmission) -> None:
        """Wait for news; where they do not come in time, tell an operator and go on waiting."""
        if self.silent:
            self.details.stands(
                names.NEEDS_OPERATOR,
                "a receipt of the SdI, which should have come: look at the certified mailbox; "
                f"{_last_day(transmission, 'last day to act')}",
                transmission.deadline,
                _UPDATES,
            )
            await self.wait(retries.LOOK_AGAIN, "still no receipt of the SdI")
            return
        self.details.stands(
            "Sent",
            "a receipt of the SdI, usually within minutes; without one an operator is called; last day to act",
            transmission.deadline,
        )
        if not await self.wait(transmission.alert_in, "without a receipt of the SdI until then: call an operator"):
            self.silent = True
            self.details.happened("no receipt of the SdI has come in time")

    async def wait_for_correction(self, transmission: pb.Transmission) -> None:
        """Rejected: counts as never issued until it was corrected and sent again, within 5 days."""
        codes = ", ".join(transmission.error_codes)
        why = _why(transmission)
        self.details.happened(f"attempt {transmission.attempt} rejected by the SdI with {why}", once=True)
        self.details.stands(
            names.NEEDS_OPERATOR,
            f"a correction: the SdI rejected it with {why}, so it counts as never issued; its receipt says more "
            f"(`casella show invoice {self.invoice_id}`); {_last_day(transmission, 'send it again before')}",
            transmission.deadline,
            _UPDATES,
        )
        await self.wait(retries.LOOK_AGAIN, f"rejected with {codes}: wait for a correction")


def _last_day(transmission: pb.Transmission, ahead: str) -> str:
    """What is to be done by the deadline, whose time the details add; of one that has passed, that it has."""
    if not transmission.overdue:
        return ahead
    # A day's last moment in Rome, which is the same day in UTC.
    day = f"{transmission.deadline.ToDatetime():%Y-%m-%d}"
    return f"the last day, {day}, has passed: send it again all the same and tell your accountant; it was due"


def _why(transmission: pb.Transmission) -> str:
    """The codes with what they mean: ``00305 (the customer's VAT number is not valid)``."""
    meanings = {error.code: error.meaning for error in transmission.errors}
    told = ((code, meanings.get(code)) for code in transmission.error_codes)
    return ", ".join(f"{code} ({meaning})" if meaning else code for code, meaning in told)
