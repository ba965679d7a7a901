"""Starts the mailboxes service: settings, database, services, server."""

from datetime import datetime, timedelta
from pathlib import Path

from casella.mailboxes.v1 import mailboxes_pb2_grpc
from services.kit.core import Core
from services.kit.operator_files import read_section
from services.kit.password_hashes import PasswordHashes
from services.kit.process import run
from services.kit.reconciler import Job
from services.kit.server import Room
from services.kit.serving import serve
from services.mailboxes.mail_platform import OwnDatabase
from services.mailboxes.policy import MailboxesPolicy
from services.mailboxes.price_list import OptionList, load_option_list
from services.mailboxes.removals import Removals
from services.mailboxes.service.accounts import Accounts
from services.mailboxes.service.domains import Domains
from services.mailboxes.service.mailboxes import Mailboxes
from services.mailboxes.service.purges import Purges
from services.mailboxes.service.sending import Sending
from services.mailboxes.service.usage import Usage
from services.mailboxes.servicer.room import MailboxesServicer
from services.mailboxes.settings import MailboxesSettings
from services.mailboxes.store import erasing, sends
from workflows.names import TASK_QUEUE


def assemble(core: Core, rules: MailboxesPolicy, options: OptionList, hashes: PasswordHashes) -> Room:
    """Puts the room together."""
    platform = OwnDatabase(core.database)
    removals = Removals(core.database, platform)

    async def forget_sent_messages(now: datetime) -> int:
        async with core.database.single() as conn:
            return await sends.prune(conn, now - timedelta(days=rules.sent_messages_days))

    servicer = MailboxesServicer(
        core.requests,
        Accounts(core.database, core.clock, rules),
        Domains(core.database, core.clock, rules),
        Mailboxes(core.database, core.clock, hashes, removals, options),
        Sending(core.database, core.clock),
        Usage(core.database, core.clock),
        Purges(core.database, core.clock, rules, platform, removals),
    )
    return Room(
        services=[(mailboxes_pb2_grpc.add_MailboxesServiceServicer_to_server, servicer)],
        templates=Path(__file__).parent / "templates",
        task_queue=TASK_QUEUE,
        erasable=erasing.ERASABLE,
        jobs=[Job("forget sent messages", forget_sent_messages)],
        background=[removals.run],
    )


async def main() -> None:
    """Runs the service until it is told to stop."""
    settings = MailboxesSettings()
    policy = read_section(settings.policy_file, ("mailboxes",), MailboxesPolicy)
    options = load_option_list(settings.price_list_file)
    core = Core.of("mailboxes", settings)
    with PasswordHashes() as hashes:
        await serve(core, assemble(core, policy, options, hashes))


if __name__ == "__main__":
    run(main)
