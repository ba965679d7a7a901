"""The business facts for which this room refuses."""

from casella.common.v1 import errors_pb2
from services.kit.errors import CasellaError


class DocumentNotValid(CasellaError):
    """The e-invoice does not pass the checks of the Sistema di Interscambio."""

    reason = errors_pb2.REASON_DOCUMENT_NOT_VALID


class WrongTransmissionState(CasellaError):
    """The transmission is not in a state that allows this."""

    reason = errors_pb2.REASON_TRANSMISSION_STATE


class ProfileUnchanged(CasellaError):
    """The billing profile is as it was sent last: correct it first, or send the same again."""

    reason = errors_pb2.REASON_PROFILE_UNCHANGED


class CreditExceedsInvoice(CasellaError):
    """Less of the invoice is left to credit."""

    reason = errors_pb2.REASON_CREDIT_EXCEEDS_INVOICE


class CreditTooLate(CasellaError):
    """A credit note for this reason may be issued within a year of the invoice (art. 26(3) DPR 633/1972)."""

    reason = errors_pb2.REASON_CREDIT_TOO_LATE


class CreditedBefore(CasellaError):
    """A credit note on this invoice over this sum had left before the rows were restored."""

    reason = errors_pb2.REASON_CREDITED_BEFORE


class ChannelUnavailable(CasellaError):
    """The channel to the Sistema di Interscambio does not answer."""

    reason = errors_pb2.REASON_CHANNEL_UNAVAILABLE
