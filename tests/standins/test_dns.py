"""What the DNS stand-in answers, asked by dnspython over UDP and TCP."""

import socket
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.resolver
import pytest

from deploy.local.dns.zone import ZoneNotValid, read_zone
from tests.standins.processes import Process, Start, free_address


@pytest.fixture(scope="module")
def server(start: Start, folder: Path) -> Process:
    zone = folder / "zone.yaml"
    shipped = Path(__file__).parents[2] / "deploy/local/dns/zone.yaml"
    many = ", ".join(f"mx{number}.of-a-very-large-provider.example" for number in range(40))
    zone.write_text(shipped.read_text() + f"large.example: {{ mx: [{many}] }}\n")
    listen = {"CASELLA_DNS_LISTEN": free_address(), "CASELLA_DNS_CLOCK_LISTEN": free_address()}
    return start("dns", listen | {"CASELLA_DNS_ZONE_FILE": str(zone)})


@pytest.fixture
def resolver(server: Process) -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = server.port("CASELLA_DNS_LISTEN")
    resolver.lifetime = 1
    return resolver


@pytest.mark.parametrize("name", ["demo.example", "run7.demo.example", "a.b.DEMO.example"])
def test_every_name_of_the_demo_takes_mail(resolver: dns.resolver.Resolver, name: str) -> None:
    for tcp in (False, True):
        (record,) = resolver.resolve(name, "MX", tcp=tcp)
        assert record.to_text().lower() == "10 mx.demo.example."


def test_a_null_mx_is_one_record_with_an_empty_host(resolver: dns.resolver.Resolver) -> None:
    (record,) = resolver.resolve("null-mx.example", "MX")
    assert record.to_text() == "0 ."


def test_a_name_that_is_not_listed_does_not_exist(resolver: dns.resolver.Resolver) -> None:
    with pytest.raises(dns.resolver.NXDOMAIN):
        resolver.resolve("missing.example", "MX")


def test_a_name_without_mail_exists_and_has_no_mx(resolver: dns.resolver.Resolver) -> None:
    with pytest.raises(dns.resolver.NoAnswer):
        resolver.resolve("a-only.example", "MX")
    assert [record.to_text() for record in resolver.resolve("a-only.example", "A")] == ["192.0.2.26"]


def test_a_broken_name_server_says_servfail(resolver: dns.resolver.Resolver) -> None:
    with pytest.raises(dns.resolver.NoNameservers, match="SERVFAIL"):
        resolver.resolve("broken.example", "MX")


def test_a_slow_name_server_says_nothing(resolver: dns.resolver.Resolver) -> None:
    with pytest.raises(dns.resolver.LifetimeTimeout):
        resolver.resolve("slow.example", "MX")


def test_an_answer_too_long_for_udp_is_cut_and_whole_over_tcp(server: Process) -> None:
    query = dns.message.make_query("large.example", "MX", use_edns=False)
    port = server.port("CASELLA_DNS_LISTEN")
    cut = dns.query.udp(query, "127.0.0.1", port=port, timeout=5)
    assert cut.flags & dns.flags.TC
    assert len(dns.query.tcp(query, "127.0.0.1", port=port, timeout=5).answer[0]) == 40


def test_noise_gets_no_answer_and_does_no_harm(server: Process, resolver: dns.resolver.Resolver) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as noise:
        noise.sendto(b"\x00" * 7, ("127.0.0.1", server.port("CASELLA_DNS_LISTEN")))
    assert len(resolver.resolve("demo.example", "MX")) == 1


@pytest.mark.parametrize("content", ["[]", "a.example: {txt: [hello]}", "a.example: {answer: maybe}"])
def test_a_zone_file_that_is_not_understood_is_refused(tmp_path: Path, content: str) -> None:
    zone = tmp_path / "zone.yaml"
    zone.write_text(content)
    with pytest.raises(ZoneNotValid):
        read_zone(zone)
