"""Activities that ask the invoicing service; they carry the order's facts over and return ids, numbers and states."""

from workflows.activities.invoicing_documents import DocumentActivities
from workflows.activities.invoicing_transmissions import TransmissionActivities


class InvoicingSteps(DocumentActivities, TransmissionActivities):
    """The invoicing service as the workflows see it."""
