"""How the means by which payments gives money back is called on invoicing's documents."""

from casella.invoicing.v1 import invoicing_pb2
from casella.payments.v1 import payments_pb2

REFUND_METHODS = {
    payments_pb2.REFUND_MEANS_STRIPE: invoicing_pb2.REFUND_METHOD_ONLINE,
    payments_pb2.REFUND_MEANS_BANK_TRANSFER: invoicing_pb2.REFUND_METHOD_BANK_TRANSFER,
    payments_pb2.REFUND_MEANS_ACCOUNT_CREDIT: invoicing_pb2.REFUND_METHOD_ACCOUNT_CREDIT,
    payments_pb2.REFUND_MEANS_CHARGEBACK: invoicing_pb2.REFUND_METHOD_RETURNED,
    payments_pb2.REFUND_MEANS_TAKEN_BACK: invoicing_pb2.REFUND_METHOD_RETURNED,
}
AS_IT_CAME = {
    payments_pb2.REFUND_MEANS_CHARGEBACK: invoicing_pb2.REFUND_METHOD_ONLINE,
    payments_pb2.REFUND_MEANS_TAKEN_BACK: invoicing_pb2.REFUND_METHOD_BANK_TRANSFER,
}
"""How what a bank has returned is called beside two other ways: a document names two."""
