"""Where Casella listens when somebody else is there already."""

import json
import socket
from contextlib import closing
from pathlib import Path

import pytest

from deploy.local import ports


@pytest.fixture
def usual(monkeypatch: pytest.MonkeyPatch) -> int:
    """One usual port, which is free."""
    port = ports.free_port()
    monkeypatch.setattr(ports, "USUAL", {"trial": port})
    return port


def test_the_usual_port_is_taken_when_free(usual: int, tmp_path: Path) -> None:
    with ports.usual_ports(tmp_path / "ports.json") as taken:
        assert taken == ({"trial": usual}, "")


def test_a_port_in_use_gives_way_to_the_next_free_one_which_is_said(usual: int, tmp_path: Path) -> None:
    with (
        closing(socket.create_server(("127.0.0.1", usual))),
        ports.usual_ports(tmp_path / "ports.json") as (chosen, said),
    ):
        pass
    assert chosen["trial"] > usual
    assert said == f"port {usual} is in use, trial takes {chosen['trial']}"


def test_who_gives_way_leaves_the_others_theirs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with ports.own_block() as free:
        first = min(free.values())
    monkeypatch.setattr(ports, "USUAL", {"trial": first, "mailboxes": first + 1, "ordering": first + 2})
    with (
        closing(socket.create_server(("127.0.0.1", first))),
        ports.usual_ports(tmp_path / "ports.json") as (chosen, said),
    ):
        pass
    assert chosen == {"trial": first + 3, "mailboxes": first + 1, "ordering": first + 2}
    assert said == f"port {first} is in use, trial takes {first + 3}"


def test_however_many_ports_are_in_use_one_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ports.own_block() as free:
        first = min(free.values())
    monkeypatch.setattr(ports, "USUAL", {"trial": first, "mailboxes": first + 1, "ordering": first + 2})
    file = tmp_path / "ports.json"
    with ports.usual_ports(tmp_path / "other.json"), ports.usual_ports(file) as (_, said):
        pass
    assert said == f"port {first} is in use, and 2 others are: {file} has those that are taken in their place"


def test_who_gives_way_leaves_the_others_theirs_of_the_last_start_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with ports.own_block() as free:
        first = min(free.values())
    last = {"trial": first + 3, "mailboxes": first + 4, "ordering": first + 5}
    monkeypatch.setattr(ports, "USUAL", {"trial": first, "mailboxes": first + 1, "ordering": first + 2})
    (tmp_path / "ports.json").write_text(json.dumps(last))
    with (
        closing(socket.create_server(("127.0.0.1", last["trial"]))),
        ports.usual_ports(tmp_path / "ports.json") as (chosen, said),
    ):
        pass
    assert chosen == {**last, "trial": first + 6}
    assert said == f"port {last['trial']} is in use, trial takes {first + 6}"


def test_the_port_of_the_last_start_is_taken_again(usual: int, tmp_path: Path) -> None:
    other = ports.free_port()
    (tmp_path / "ports.json").write_text(json.dumps({"trial": other}))
    with ports.usual_ports(tmp_path / "ports.json") as taken:
        assert taken == ({"trial": other}, "")


def test_a_port_taken_by_udp_alone_is_taken(usual: int, tmp_path: Path) -> None:
    with closing(socket.socket(type=socket.SOCK_DGRAM)) as other:
        other.bind(("127.0.0.1", usual))
        with ports.usual_ports(tmp_path / "ports.json") as (chosen, _):
            assert chosen["trial"] != usual


@pytest.mark.parametrize("name", ports.USUAL)
def test_two_that_start_in_the_same_instant_take_different_ports(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ports, "USUAL", {name: ports.free_port()})
    with (
        ports.usual_ports(tmp_path / "first.json") as (first, _),
        ports.usual_ports(tmp_path / "second.json") as (
            second,
            _,
        ),
    ):
        assert first[name] != second[name]


def test_a_port_that_is_held_is_free_for_the_process_that_comes_to_use_it(usual: int, tmp_path: Path) -> None:
    with ports.usual_ports(tmp_path / "ports.json"), closing(socket.create_server(("127.0.0.1", usual))):
        pass


def test_two_worlds_never_share_a_port() -> None:
    with ports.own_block() as first, ports.own_block() as second:
        assert not set(first.values()) & set(second.values())
        assert len(set(first.values())) == len(ports.USUAL)
