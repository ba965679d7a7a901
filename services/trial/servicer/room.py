"""The room's one gRPC service, put together of its parts."""

from dataclasses import dataclass

from services.kit.clock import Clock
from services.kit.requests import Requests
from services.trial.service.accounts import Accounts
from services.trial.service.confirmations import Confirmations
from services.trial.service.reviews import Reviews
from services.trial.service.sessions import Sessions
from services.trial.service.sign_ups import SignUps
from services.trial.service.trials import Trials
from services.trial.servicer.account_rpcs import AccountRpcs
from services.trial.servicer.session_rpcs import SessionRpcs
from services.trial.servicer.sign_up_rpcs import SignUpRpcs
from services.trial.servicer.trial_rpcs import TrialRpcs


@dataclass(frozen=True, slots=True)
class Services:
    """What decides behind the RPCs."""

    sign_ups: SignUps
    confirmations: Confirmations
    reviews: Reviews
    sessions: Sessions
    trials: Trials
    accounts: Accounts


class TrialServicer(SignUpRpcs, SessionRpcs, TrialRpcs, AccountRpcs):
    """`casella.trial.v1.TrialService`."""

    def __init__(self, clock: Clock, requests: Requests, services: Services) -> None:
        self._clock = clock
        self._requests = requests
        self._sign_ups = services.sign_ups
        self._confirmations = services.confirmations
        self._reviews = services.reviews
        self._sessions = services.sessions
        self._trials = services.trials
        self._accounts = services.accounts
