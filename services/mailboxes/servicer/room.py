"""The room's one gRPC service, put together of its parts."""

from services.kit.requests import Requests
from services.mailboxes.service.accounts import Accounts
from services.mailboxes.service.domains import Domains
from services.mailboxes.service.mailboxes import Mailboxes
from services.mailboxes.service.purges import Purges
from services.mailboxes.service.sending import Sending
from services.mailboxes.service.usage import Usage
from services.mailboxes.servicer.account_rpcs import AccountRpcs
from services.mailboxes.servicer.domain_rpcs import DomainRpcs
from services.mailboxes.servicer.mailbox_rpcs import MailboxRpcs
from services.mailboxes.servicer.sending_rpcs import SendingRpcs


class MailboxesServicer(AccountRpcs, DomainRpcs, MailboxRpcs, SendingRpcs):
    """`casella.mailboxes.v1.MailboxesService`."""

    def __init__(
        self,
        requests: Requests,
        accounts: Accounts,
        domains: Domains,
        mailboxes: Mailboxes,
        sending: Sending,
        usage: Usage,
        purges: Purges,
    ) -> None:
        self._requests = requests
        self._accounts = accounts
        self._domains = domains
        self._mailboxes = mailboxes
        self._sending = sending
        self._usage = usage
        self._purges = purges
