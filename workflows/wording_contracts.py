"""How the workflows say to an operator how orders, periods, withdrawals and the reseller status stand."""

from casella.ordering.v1 import ordering_pb2
from services.kit.money import written

_WHY_VOID = {
    ordering_pb2.SUBSCRIPTION_END_CANCELLED: "the subscription was cancelled",
    ordering_pb2.SUBSCRIPTION_END_UNPAID: "the subscription ended because a period before was not paid",
    ordering_pb2.SUBSCRIPTION_END_WITHDRAWN: "the consumer withdrew from the contract",
    ordering_pb2.SUBSCRIPTION_END_ERASURE: "the customer has the profile deleted",
    ordering_pb2.SUBSCRIPTION_END_TERMINATED: "the subscription was terminated after a lost dispute",
}


def price(order: ordering_pb2.Order) -> str:
    """What is to be paid for an order; while its tax is open both amounts: ``EUR 7.50, or EUR 9.15 with VAT``."""
    if order.HasField("totals"):
        return written(order.totals.gross)
    known = written(order.quote.totals.gross)
    if not order.quote.tax_open:
        return known
    return f"{known}, or {written(order.quote.totals_with_vat.gross)} with VAT"


def vies(answer: ordering_pb2.SettleTaxResponse) -> str:
    """What VIES said about a VAT number; empty where it was not asked."""
    match answer.finding:
        case ordering_pb2.VAT_FINDING_VALID:
            return "VIES confirms the VAT number"
        case ordering_pb2.VAT_FINDING_NOT_VALID:
            return "VIES says that the VAT number is not valid"
        case ordering_pb2.VAT_FINDING_OTHER_NAME:
            return "VIES says that the VAT number is valid, and names somebody else than the billing profile"
        case ordering_pb2.VAT_FINDING_NO_ANSWER:
            stands = "; the earlier proof stands" if answer.next == ordering_pb2.TAX_NEXT_SETTLED else ""
            return f"VIES gives no answer ({answer.vies_error}){stands}"
        case _:
            return ""


def ground(rests_on: ordering_pb2.WithdrawalGround) -> str:
    """On what a withdrawal rests."""
    without_notice = rests_on == ordering_pb2.WITHDRAWAL_GROUND_RENEWAL_WITHOUT_NOTICE
    return "because a renewal was not announced in time" if without_notice else "by the right of withdrawal"


def period_state(state: ordering_pb2.PeriodState) -> str:
    """``PERIOD_STATE_UNPAID`` → ``Unpaid``."""
    return ordering_pb2.PeriodState.Name(state).removeprefix("PERIOD_STATE_").capitalize()


def why_void(end: ordering_pb2.SubscriptionEnd) -> str:
    """Why a period asks for no money, by the end of its subscription."""
    return _WHY_VOID.get(end, "its days are asked for anew, by another period")


def reseller_state(state: ordering_pb2.ResellerState) -> str:
    """``RESELLER_STATE_REFUSED`` → ``Refused``."""
    return ordering_pb2.ResellerState.Name(state).removeprefix("RESELLER_STATE_").capitalize()


def requirement(each: ordering_pb2.ResellerRequirement) -> str:
    """How a requirement of the reseller status stands: ``mailboxes: 12 of at least 10``."""
    match each.kind:
        case ordering_pb2.RESELLER_REQUIREMENT_KIND_MAILBOXES:
            return f"mailboxes: {each.found} of at least {each.wanted}"
        case ordering_pb2.RESELLER_REQUIREMENT_KIND_OTHER_DOMAINS:
            return f"domains other than the own: {each.found} of at least {each.wanted}"
        case ordering_pb2.RESELLER_REQUIREMENT_KIND_RESALE:
            return f"resale to third parties: {'declared' if each.met else 'not declared'}"
        case ordering_pb2.RESELLER_REQUIREMENT_KIND_TRAINING:
            return f"training: {'done' if each.met else 'not recorded'}"
        case _:
            return ""
