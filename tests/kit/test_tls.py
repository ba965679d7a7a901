"""Mutual TLS: in production a certificate of our own authority says who calls."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from casella.common.v1 import clock_pb2, clock_pb2_grpc, errors_pb2
from services.kit.channels import channel_of, open_channel
from services.kit.clock import OffsetClock
from services.kit.core import Core
from services.kit.errors import Refused
from services.kit.server import Room, Server
from services.kit.settings import ProcessSettings, RoomSettings, Tls
from tests.support.room import room_settings


class Authority:
    """Signs certificates for the test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("authority")
        (folder / "authority.pem").write_bytes(self._sign(self._name, self._key, authority=True))

    def issue(self, common_name: str) -> Tls:
        key = ec.generate_private_key(ec.SECP256R1())
        files = Tls(
            self._folder / f"{common_name}.pem", self._folder / f"{common_name}.key", self._folder / "authority.pem"
        )
        files.certificate.write_bytes(self._sign(_name(common_name), key, authority=False))
        files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return files

    def _sign(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, *, authority: bool) -> bytes:
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder(self._name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        )
        return certificate.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "ours")


@pytest.fixture
async def address(kit_url: str, tmp_path: Path, authority: Authority) -> AsyncIterator[str]:
    tls = authority.issue("casella-trial")
    settings = RoomSettings(
        **room_settings(kit_url, tmp_path),
        tls_certificate_file=tls.certificate, tls_key_file=tls.key, tls_authority_file=tls.authority,
    )  # fmt: skip
    core = Core.of("kit", settings, OffsetClock())
    server = Server(core, Room(services=[], templates=tmp_path, task_queue="kit"))
    yield f"localhost:{await server.start('127.0.0.1:0')}"
    await server.grpc.stop(None)
    await core.database.close()


async def _get_clock(address: str, tls: Tls | None) -> clock_pb2.GetClockResponse:
    async with open_channel(address, "", tls) as channel:
        return await clock_pb2_grpc.ClockServiceStub(channel).GetClock(clock_pb2.GetClockRequest())


async def test_the_certificates_common_name_says_who_calls(address: str, authority: Authority) -> None:
    assert (await _get_clock(address, authority.issue("casella-operator"))).HasField("now")
    for name, reason in (
        ("casella-mail-server", errors_pb2.REASON_CALLER_NOT_ALLOWED),
        ("casella-stranger", errors_pb2.REASON_UNAUTHENTICATED),
        ("operator", errors_pb2.REASON_UNAUTHENTICATED),
    ):
        with pytest.raises(Refused) as refused:
            await _get_clock(address, authority.issue(name))
        assert refused.value.reason == reason


async def test_a_process_calls_with_its_certificate_and_without_any_secret(address: str, authority: Authority) -> None:
    own = authority.issue("casella-operator")
    settings = ProcessSettings(
        tls_certificate_file=own.certificate, tls_key_file=own.key, tls_authority_file=own.authority
    )
    async with channel_of(settings, address) as channel:
        answer = await clock_pb2_grpc.ClockServiceStub(channel).GetClock(clock_pb2.GetClockRequest())
    assert answer.HasField("now")


async def test_a_stranger_does_not_reach_the_door(address: str, authority: Authority, tmp_path: Path) -> None:
    foreign = Authority(tmp_path / "theirs").issue("casella-operator")
    ours = authority.issue("casella-operator")
    for tls in (None, Tls(foreign.certificate, foreign.key, ours.authority)):
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await _get_clock(address, tls)
        assert failed.value.code() is grpc.StatusCode.UNAVAILABLE
