"""How the customer is told of money that pays nothing by itself: what is missing, late, taken back, or now credit.

Payments says which email is due and writes it once; whom it goes to is never in the history.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.payments.v1 import payments_pb2 as pb
    from services.kit.money import written
    from workflows.activities.payments import PaymentsSteps
    from workflows.process import Process
    from workflows.steps import quickly


class MoneyEmail(Process):
    """Money that waits, as far as the customer is told of it."""

    entry_id: str

    async def tell_customer(self, due: pb.MoneyEmail) -> None:
        """Have the email that is due written; the details say what the customer was told, or why they were not."""
        request = pb.SendMoneyEmailRequest(money_entry_id=self.entry_id)
        answer = await quickly(PaymentsSteps.send_money_email, request, "tell the customer of the money")
        if not self.could_write(answer) or not answer.written:
            return
        told = "it came too late"
        if due.HasField("missing"):
            told = f"{written(due.missing)} is still missing, and how to pay it"
        if due.HasField("taken_back"):
            gone = written(due.taken_back)
            told = f"the bank took {gone} back that had come, and {written(due.missing)} is to be paid"
        if due.HasField("credited"):
            told = f"{written(due.credited)} of it became credit of account {due.credited_account_id}"
        self.details.happened(f"the customer is told by email: {told}", once=True)
