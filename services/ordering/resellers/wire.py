"""How a reseller's status looks in protobuf."""

from casella.ordering.v1 import ordering_pb2
from services.kit.context import current_call
from services.kit.wire import to_duration, to_timestamp
from services.ordering.domain.reseller import Checked
from services.ordering.enums import REQUIREMENTS, RESELLER_ENDS, RESELLERS
from services.ordering.resellers.service import Advanced, Standing
from services.ordering.resellers.store import ResellerRow
from services.ordering.resellers.texts import remedy


def status_message(standing: Standing) -> ordering_pb2.ResellerStatus:
    """An account as a reseller, in the caller's language."""
    language = current_call().language
    message = ordering_pb2.ResellerStatus(
        account_id=str(standing.account_id),
        state=ordering_pb2.RESELLER_STATE_NONE,
        requirements=[_requirement(each, language) for each in standing.requirements],
    )
    if standing.row is not None:
        _add_request(message, standing.row)
    return message


def advanced_message(advanced: Advanced) -> ordering_pb2.AdvanceResellerResponse:
    """What comes next on a request."""
    return ordering_pb2.AdvanceResellerResponse(
        status=status_message(advanced.standing),
        wait=to_duration(advanced.wait) if advanced.wait is not None else None,
    )


def _requirement(checked: Checked, language: str) -> ordering_pb2.ResellerRequirement:
    return ordering_pb2.ResellerRequirement(
        kind=REQUIREMENTS[checked.requirement],
        met=checked.met,
        found=checked.found,
        wanted=checked.wanted,
        remedy=remedy(checked, language),
    )


def _add_request(message: ordering_pb2.ResellerStatus, row: ResellerRow) -> None:
    message.state = RESELLERS[row.state]
    message.declaration_version = row.declaration_version
    message.overridden = row.overridden
    if row.end_reason is not None:
        message.end_reason = RESELLER_ENDS[row.end_reason]
    for name in ("requested_at", "training_at", "approved_at", "failing_since", "check_at", "ended_at"):
        instant = getattr(row, name)
        if instant is not None:
            getattr(message, name).CopyFrom(to_timestamp(instant))
