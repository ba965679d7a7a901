"""A customer of a local Casella, who does everything through the public API and the emails, as through a gateway."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from casella.common.v1 import common_pb2 as common
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.support.v1 import erasures_pb2, support_pb2
from casella.trial.v1 import trial_pb2
from deploy.local.demo.front import Front, as_customer
from deploy.local.demo.inbox import PATIENCE_SECONDS, Inbox, link_in
from services.kit.errors import Refused

PASSWORD = "Tramontana-4-Cipressi"  # noqa: S105  an invented customer of a local Casella
DOCUMENT_VERSION = "2026-01"
TERMS_HASH = hashlib.sha256(b"Terms of service, 2026-01").hexdigest()
BUTTONS = {common.LANGUAGE_IT: "Ordine con obbligo di pagare", common.LANGUAGE_EN: "Order with obligation to pay"}
_TOKEN_LIFE_SECONDS = 240.0
"""A little less than the access token's five minutes."""


@dataclass
class Customer:
    """One invented person or company.

    Attributes:
        front: The services as the gateway reaches them.
        inbox: Where the emails arrive.
        email: The address, which becomes the login.
        first_name: First name.
        last_name: Last name.
        language: In which Casella speaks to them.
        country: Where they live, as the sign-up asks it.
        ip: Where they come from; documentation addresses.
        account_id: UUID, known after the confirmation.
    """

    front: Front
    inbox: Inbox
    email: str
    first_name: str = "Anna"
    last_name: str = "Rossi"
    language: common.Language = common.LANGUAGE_IT
    country: str = "IT"
    ip: str = "203.0.113.10"
    account_id: str = ""
    _session: trial_pb2.Session | None = field(default=None, repr=False)
    _token_until: float = 0.0

    @property
    def client(self) -> common.ClientContext:
        """Where the requests come from."""
        return common.ClientContext(ip=self.ip, user_agent="Mozilla/5.0 (demo)")

    async def sign_up(self, request_id: str | None = None) -> str:
        """Fill in the form; returns the sign-up's id."""
        answer = await self.front.trial.SignUp(
            trial_pb2.SignUpRequest(
                request_id=request_id or str(uuid4()),
                first_name=self.first_name,
                last_name=self.last_name,
                email=self.email,
                country=self.country,
                language=self.language,
                consents=[
                    trial_pb2.Consent(kind=kind, document_version=DOCUMENT_VERSION, granted=granted)
                    for kind, granted in (
                        (trial_pb2.CONSENT_KIND_TERMS, True),
                        (trial_pb2.CONSENT_KIND_PRIVACY, True),
                        (trial_pb2.CONSENT_KIND_PROMOTIONAL, False),
                    )
                ],
                client=self.client,
            )
        )
        return answer.sign_up_id

    async def confirm(self, seconds: float = PATIENCE_SECONDS) -> trial_pb2.Trial:
        """Open the emailed link, for which one waits so long, and set the password."""
        message = await self.inbox.wait_for(
            self.email, lambda mail: "/confirm/" in mail.as_string(), "the confirmation email", seconds
        )
        answer = await self.front.trial.ConfirmEmail(
            trial_pb2.ConfirmEmailRequest(
                request_id=str(uuid4()),
                token=link_in(message, "/confirm/"),
                password=PASSWORD,
                client=self.client,
            )
        )
        self.account_id = answer.account_id
        return answer.trial

    async def begin_trial(self) -> trial_pb2.Trial:
        """Sign up, confirm and log in."""
        await self.sign_up()
        trial = await self.confirm()
        await self.log_in()
        return trial

    async def log_in(self) -> None:
        """Open a session."""
        answer = await self.front.trial.LogIn(
            trial_pb2.LogInRequest(email=self.email, password=PASSWORD, client=self.client)
        )
        self.account_id = answer.account_id
        self._keep(answer.session)

    async def go_on(self) -> None:
        """Have the session's next token, as a gateway does for a browser that comes back; else log in again."""
        if self._session is None:
            return await self.log_in()
        request = trial_pb2.RefreshSessionRequest(refresh_token=self._session.refresh_token)
        try:
            answer = await self.front.trial.RefreshSession(request)
        except Refused:  # nobody came for longer than a session waits
            return await self.log_in()
        return self._keep(answer.session)

    async def me(self) -> Sequence[tuple[str, Any]]:
        """The metadata of a call by this customer, with a fresh access token."""
        if self._session is None or time.monotonic() >= self._token_until:
            await self.log_in()
        session = self._session
        return as_customer(
            session.access_token if session else "", "it" if self.language == common.LANGUAGE_IT else "en"
        )

    def forget_session(self) -> None:
        """Drop the token: after the clock was moved it has expired."""
        self._session = None

    async def trial(self) -> trial_pb2.Trial:
        """The trial with its days left."""
        answer = await self.front.trial.GetTrial(
            trial_pb2.GetTrialRequest(account_id=self.account_id), metadata=await self.me()
        )
        return answer.trial

    async def add_domain(self, name: str) -> mailboxes_pb2.Domain:
        """Add a domain."""
        answer = await self.front.mailboxes.AddDomain(
            mailboxes_pb2.AddDomainRequest(request_id=str(uuid4()), account_id=self.account_id, name=name),
            metadata=await self.me(),
        )
        return answer.domain

    async def create_mailbox(self, address: str) -> mailboxes_pb2.Mailbox:
        """Create a mailbox of the smallest size."""
        answer = await self.front.mailboxes.CreateMailbox(
            mailboxes_pb2.CreateMailboxRequest(
                request_id=str(uuid4()), account_id=self.account_id, address=address, password=PASSWORD
            ),
            metadata=await self.me(),
        )
        return answer.mailbox

    async def set_options(self, mailbox: mailboxes_pb2.Mailbox, *codes: str) -> mailboxes_pb2.Mailbox:
        """Give a mailbox these options in the place of those that it has."""
        answer = await self.front.mailboxes.UpdateMailbox(
            mailboxes_pb2.UpdateMailboxRequest(
                request_id=str(uuid4()),
                mailbox_id=mailbox.mailbox_id,
                options=mailboxes_pb2.MailboxOptions(codes=codes),
            ),
            metadata=await self.me(),
        )
        return answer.mailbox

    async def allowance(self) -> mailboxes_pb2.Allowance:
        """What the account may use and uses."""
        answer = await self.front.mailboxes.GetAllowance(
            mailboxes_pb2.GetAllowanceRequest(account_id=self.account_id), metadata=await self.me()
        )
        return answer.allowance

    async def save_profile(self, profile: common.BillingParty) -> common.BillingParty:
        """Save the billing profile."""
        answer = await self.front.ordering.SaveBillingProfile(
            ordering_pb2.SaveBillingProfileRequest(
                request_id=str(uuid4()), account_id=self.account_id, profile=profile
            ),
            metadata=await self.me(),
        )
        return answer.profile

    async def quote(
        self, kind: common.CustomerKind, billing: common.BillingPeriod, mailboxes: int, *options: str
    ) -> ordering_pb2.Quote:
        """Ask for a quote over mailboxes of the smallest size, each with these options."""
        size = mailboxes_pb2.MAILBOX_SIZE_8_GB
        answer = await self.front.ordering.CreateQuote(
            ordering_pb2.CreateQuoteRequest(
                request_id=str(uuid4()),
                account_id=self.account_id,
                kind=kind,
                billing=billing,
                items=[ordering_pb2.MailboxItem(size=size, quantity=mailboxes, options=options)],
            ),
            metadata=await self.me(),
        )
        return answer.quote

    async def place_order(
        self, quote: ordering_pb2.Quote, method: common.PaymentMethod, request_id: str | None = None
    ) -> ordering_pb2.Order:
        """Press the order button."""
        answer = await self.front.ordering.PlaceOrder(
            ordering_pb2.PlaceOrderRequest(
                request_id=request_id or str(uuid4()),
                account_id=self.account_id,
                quote_id=quote.quote_id,
                payment_method=method,
                consent=ordering_pb2.OrderConsent(
                    button_label=BUTTONS[self.language],
                    language=self.language,
                    terms_hash=TERMS_HASH,
                    quote_hash=quote.hash,
                    client=self.client,
                    start_at_once=True,
                    withdrawal_information_shown=True,
                ),
            ),
            metadata=await self.me(),
        )
        return answer.order

    async def order(self, order_id: str) -> ordering_pb2.Order:
        """An order as it stands."""
        answer = await self.front.ordering.GetOrder(
            ordering_pb2.GetOrderRequest(order_id=order_id), metadata=await self.me()
        )
        return answer.order

    async def cancel(self, order_id: str) -> ordering_pb2.Order:
        """Ask for an order's cancellation."""
        answer = await self.front.ordering.CancelOrder(
            ordering_pb2.CancelOrderRequest(request_id=str(uuid4()), order_id=order_id), metadata=await self.me()
        )
        return answer.order

    async def withdrawal(self, order_id: str) -> ordering_pb2.GetWithdrawalResponse:
        """What the withdrawal's page shows of an order, or the withdrawal that was made."""
        return await self.front.ordering.GetWithdrawal(
            ordering_pb2.GetWithdrawalRequest(order_id=order_id), metadata=await self.me()
        )

    async def withdraw(self, order_id: str) -> ordering_pb2.Withdrawal:
        """Follow the link of the first step and press the button of the second, in the customer's language."""
        pages = (await self.withdrawal(order_id)).offer.pages
        page = next(page for page in pages if page.language == self.language)
        answer = await self.front.ordering.WithdrawFromContract(
            ordering_pb2.WithdrawFromContractRequest(
                request_id=str(uuid4()),
                order_id=order_id,
                confirmation=ordering_pb2.WithdrawalConfirmation(
                    label=page.confirm_label,
                    language=page.language,
                    statement_hash=page.statement_hash,
                    client=self.client,
                ),
            ),
            metadata=await self.me(),
        )
        return answer.withdrawal

    async def ask_for_reseller_status(self) -> ordering_pb2.ResellerStatus:
        """Read the declaration of resale and give it."""
        asked = ordering_pb2.GetResellerStatusRequest(account_id=self.account_id)
        shown = await self.front.ordering.GetResellerStatus(asked, metadata=await self.me())
        answer = await self.front.ordering.RequestResellerStatus(
            ordering_pb2.RequestResellerStatusRequest(
                request_id=str(uuid4()),
                account_id=self.account_id,
                resells=True,
                declaration_version=shown.declaration_version,
                language=self.language,
                client=self.client,
            ),
            metadata=await self.me(),
        )
        return answer.status

    async def ask_for_deletion(self, text: str) -> support_pb2.Ticket:
        """Read what the deletion of the profile means, confirm it and open the ticket."""
        asked = erasures_pb2.GetErasureNoticeRequest()
        notice = await self.front.erasures.GetErasureNotice(asked, metadata=await self.me())
        answer = await self.front.support.OpenTicket(
            support_pb2.OpenTicketRequest(
                request_id=str(uuid4()),
                account_id=self.account_id,
                kind=support_pb2.TICKET_KIND_PROFILE_DELETION,
                subject=text,
                text=text,
                erasure_notice_hash=notice.hash,
            ),
            metadata=await self.me(),
        )
        return answer.ticket

    def _keep(self, session: trial_pb2.Session) -> None:
        self._session = session
        self._token_until = time.monotonic() + _TOKEN_LIFE_SECONDS
