"""What ordering writes to a customer about the reseller status: that it was granted, refused or withdrawn."""

from casella.common.v1 import common_pb2
from services.kit.outbox import Mail
from services.ordering.domain.reseller import ResellerState
from services.ordering.resellers.store import ResellerRow

_TEMPLATES = {
    ResellerState.APPROVED: "reseller_approved",
    ResellerState.REFUSED: "reseller_refused",
    ResellerState.WITHDRAWN: "reseller_withdrawn",
}


class ResellerMails:
    """Makes the emails; who calls puts them into the outbox."""

    def __init__(self, public_url: str) -> None:
        """Take the address of the pages."""
        self._panel_url = f"{public_url}/reseller"

    def decided(self, row: ResellerRow, recipient: common_pb2.Recipient) -> Mail:
        """The news of a decision, once a request and decision."""
        template = _TEMPLATES[row.state]
        return Mail.to_recipient(
            recipient,
            key=f"{template}_{row.number}:{row.account_id}",
            template=template,
            params={"reason": str(row.end_reason or ""), "panel_url": self._panel_url},
            subject_id=row.account_id,
        )
