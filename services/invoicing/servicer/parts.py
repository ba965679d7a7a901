"""What the RPCs are answered by: this room's services, put together once by its `__main__`."""

from dataclasses import dataclass

from services.invoicing.service.advances import AdvanceInvoices
from services.invoicing.service.auditing import Auditing
from services.invoicing.service.crediting import Crediting
from services.invoicing.service.issuing import Issuing
from services.invoicing.service.mailing import Mailing
from services.invoicing.service.profiles import ProfileCheck
from services.invoicing.service.reading import Reading
from services.invoicing.service.receiving import Receiving
from services.invoicing.service.transmitting import Transmitting
from services.kit.clock import Clock
from services.kit.requests import Requests


@dataclass(frozen=True, slots=True)
class Parts:
    """One for each verb of the room."""

    clock: Clock
    requests: Requests
    issuing: Issuing
    advances: AdvanceInvoices
    crediting: Crediting
    mailing: Mailing
    reading: Reading
    profiles: ProfileCheck
    auditing: Auditing
    transmitting: Transmitting
    receiving: Receiving
