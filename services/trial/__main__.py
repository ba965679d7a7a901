"""Starts the trial service: settings, keys, policy, database, services, server."""

from datetime import timedelta
from pathlib import Path

from casella.trial.v1 import trial_pb2_grpc
from services.kit.core import Core
from services.kit.password_hashes import PasswordHashes
from services.kit.process import run
from services.kit.public_suffixes import PublicSuffixes
from services.kit.server import Room
from services.kit.serving import serve
from services.kit.tokens import AccessTokens
from services.trial import policy
from services.trial.letters import Letters
from services.trial.policy import Policy
from services.trial.resolver import MailRouteResolver
from services.trial.service.accounts import Accounts
from services.trial.service.confirmations import Confirmations
from services.trial.service.keeping import Keeping
from services.trial.service.post import Post
from services.trial.service.reviews import Reviews
from services.trial.service.second_looks import SecondLooks
from services.trial.service.sessions import Sessions
from services.trial.service.sign_ups import SignUps
from services.trial.service.trials import Trials
from services.trial.servicer.room import Services, TrialServicer
from services.trial.settings import TrialSettings
from services.trial.store import erasing, keeping
from services.trial.traces import Traces
from services.trial.turns import Turns
from workflows.names import TASK_QUEUE


def assemble(core: Core, rules: Policy, hashes: PasswordHashes, tokens: AccessTokens, dns: str) -> Room:
    """Puts the room together.

    Args:
        core: Database, clock, requests, settings that every room has.
        rules: The operator's policy.
        hashes: The pool for passwords.
        tokens: Signs access tokens.
        dns: `host:port` of the name server; empty for the operating system's.
    """
    database, clock, own = core.database, core.clock, rules.trial
    traces = Traces(core.settings.fingerprint_key)
    suffixes = PublicSuffixes(rules.shared.public_suffixes, private=False)
    letters = Letters(core.settings.public_url.rstrip("/"), rules.limits, own.guide_links)
    post = Post(letters, own.sign_ups, traces)
    resolver, reviews = MailRouteResolver(dns), Reviews(database, clock, traces, post)
    services = Services(
        sign_ups=SignUps(database, clock, own.sign_ups, suffixes, traces, resolver, post, Turns()),
        confirmations=Confirmations(database, clock, hashes, letters),
        reviews=reviews,
        sessions=Sessions(database, clock, traces, hashes, tokens, own.logins, timedelta(days=own.session_days)),
        trials=Trials(database, clock, letters),
        accounts=Accounts(database, clock),
    )
    servicer = TrialServicer(clock, core.requests, services)
    return Room(
        services=[(trial_pb2_grpc.add_TrialServiceServicer_to_server, servicer)],
        templates=Path(__file__).parent / "templates",
        task_queue=TASK_QUEUE,
        erasable=erasing.ERASABLE,
        watched=[keeping.open_trials, keeping.sign_ups_in_review],
        jobs=Keeping(database, own).jobs,
        background=[SecondLooks(database, clock, resolver, reviews).run],
    )


async def main() -> None:
    """Runs the service until it is told to stop."""
    settings = TrialSettings()
    core = Core.of("trial", settings)
    tokens = AccessTokens.from_file(settings.token_private_key_file, core.clock)
    with PasswordHashes() as hashes:
        await serve(core, assemble(core, policy.load(settings.policy_file), hashes, tokens, settings.dns))


if __name__ == "__main__":
    run(main)
