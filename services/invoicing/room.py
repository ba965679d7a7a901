"""What this room consists of: wired once, by its `__main__` and by the tests."""

from pathlib import Path

from casella.invoicing.v1 import invoicing_pb2_grpc
from services.invoicing.fatturapa.checking import InvoiceChecker
from services.invoicing.fatturapa.schema import InvoiceSchema, installed_schema
from services.invoicing.pdf.typesetting import Typesetter
from services.invoicing.sdi.channel import SdiChannel
from services.invoicing.service.advances import AdvanceInvoices
from services.invoicing.service.auditing import Auditing
from services.invoicing.service.crediting import Crediting
from services.invoicing.service.issuing import Issuing
from services.invoicing.service.mailing import Mailing
from services.invoicing.service.making import FileMaker
from services.invoicing.service.profiles import ProfileCheck
from services.invoicing.service.reading import Reading
from services.invoicing.service.reading_back import ReadingBack
from services.invoicing.service.receiving import Receiving
from services.invoicing.service.transmitting import Transmitting
from services.invoicing.servicer.invoicing import InvoicingServicer
from services.invoicing.servicer.parts import Parts
from services.invoicing.settings import InvoicingSettings
from services.invoicing.store import erasing, mailbox, transmissions
from services.kit.core import Core
from services.kit.server import Room
from workflows import names

NAME = "invoicing"


def build(core: Core, settings: InvoicingSettings, channel: SdiChannel) -> Room:
    """Wires the room's parts.

    Raises:
        SchemaMissing: There is no FatturaPA schema 1.2.3.
        FontsMissing: There is no typeface for the documents.
        InvalidIssuer: An e-invoice of this issuer would not be valid, whoever the customer is.
    """
    database, clock, issuer = core.database, core.clock, settings.issuer
    checker = InvoiceChecker(InvoiceSchema(settings.fatturapa_xsd or installed_schema()))
    profiles = ProfileCheck(clock, issuer, checker)
    profiles.refuse_bad_issuer()
    maker = FileMaker(database, clock, issuer, Typesetter(issuer))
    issuing = Issuing(database, clock, issuer, maker)
    receiving = Receiving(database, clock, channel)
    parts = Parts(
        clock=clock,
        requests=core.requests,
        issuing=issuing,
        advances=AdvanceInvoices(database, clock, issuing),
        crediting=Crediting(database, clock, issuing),
        mailing=Mailing(database, clock, maker),
        reading=Reading(database, issuer),
        profiles=profiles,
        auditing=Auditing(database, clock),
        transmitting=Transmitting(database, clock, issuer, maker, checker, channel),
        receiving=receiving,
    )
    return Room(
        services=[(invoicing_pb2_grpc.add_InvoicingServiceServicer_to_server, InvoicingServicer(parts))],
        templates=Path(__file__).parent / "templates",
        task_queue=names.TASK_QUEUE,
        erasable=erasing.ERASABLE,
        watched=[transmissions.unfinished_ones],
        measures=[mailbox.MEASURE, transmissions.MEASURE],
        read_back=ReadingBack(database, clock, issuer, receiving).read,
    )
