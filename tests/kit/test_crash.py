"""A kill between the SMTP server's acceptance and our commit repeats the mail with the same Message-ID."""

import asyncio
import os
import signal
import sys
from email import message_from_bytes
from hashlib import sha256
from pathlib import Path

from sqlalchemy import text

from services.kit import outbox
from services.kit.clock import OffsetClock
from services.kit.database import Database
from services.kit.mailer import SmtpServer
from services.kit.outbox import Mail
from tests.support.moment import Moment
from tests.support.sink import Sink

_ROOT = Path(__file__).parents[2]
_PROGRAM = """
import asyncio, sys
from pathlib import Path
from services.kit.clock import SystemClock
from services.kit.database import Database
from services.kit.mail_templates import MailTemplates
from services.kit.mailer import MailBuilder, Mailer, SmtpServer
from services.kit.relay import Relay
from services.kit.temporal_client import connect
from tests.support.company import COMPANY

async def main(url, port, folder):
    database = Database.connect(url, "kit")
    templates = MailTemplates(Path(folder), "Casella", "https://casella.example", COMPANY)
    builder = MailBuilder(templates, "c@casella.example", "kit")
    mailer = Mailer(SmtpServer("127.0.0.1", int(port)))
    temporal = await connect("127.0.0.1:1", "nowhere", lazy=True)
    relay = Relay(database, SystemClock(), temporal, "kit", builder, mailer)
    while await relay.deliver_mail():
        pass
    await mailer.close()
    await database.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def _deliver(url: str, smtp: SmtpServer, folder: Path, **environment: str) -> int:
    env = {**os.environ, "PYTHONPATH": f"{_ROOT}{os.pathsep}{_ROOT / 'protos'}", **environment}
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PROGRAM, url, str(smtp.port), str(folder), env=env
    )
    return await program.wait()


async def test_a_kill_after_the_acceptance_repeats_the_same_message(
    kit_url: str, database: Database, sink: Sink, tmp_path: Path
) -> None:
    (tmp_path / "it").mkdir()
    (tmp_path / "it" / "ciao.md.j2").write_text("Subject: Ciao\n\nCiao {{ name }}\n\n[Apri]({{ link }})\n")
    async with database.transaction() as conn:
        params = {"link": "https://casella.example/pay/a-token"}
        mail = Mail("a", "ciao", "it", "anna@example.it", params, name="Anna", secret_params=("link",))
        await outbox.mail(conn, mail, OffsetClock().now())
    accepted = Moment(tmp_path, "kit.mail.after", "kill")
    accepted.arm()
    assert await _deliver(kit_url, sink.server, tmp_path, CASELLA_HOOKS=accepted.hook) == -signal.SIGKILL
    async with database.reading() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM mails WHERE sent_at IS NULL"))).scalar_one() == 1
    assert await _deliver(kit_url, sink.server, tmp_path, CASELLA_HOOKS=accepted.hook) == 0
    first, second = map(message_from_bytes, sink.messages)
    assert first["Message-ID"] == second["Message-ID"]
    assert sink.messages[0] == sink.messages[1]
    assert b"/pay/a-token" in sink.messages[1]
    async with database.reading() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM outbox"))).scalar_one() == 0
        [kept] = await conn.execute(text("SELECT eml, sha256 FROM mails WHERE sent_at IS NOT NULL"))
    assert b"a-token" not in kept.eml
    assert kept.sha256 == sha256(sink.messages[0]).digest()
