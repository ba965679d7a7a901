"""Everything that the pages name is there: links, files, commands, RPCs, policy keys, ports."""

import importlib
import importlib.util
import re
from typing import Any

import click
import pytest
from pydantic import BaseModel

from cli.__main__ import casella as command_line
from deploy.local.ports import USUAL
from services.kit.event_feed import EventsPolicy
from services.mailboxes.policy import MailboxesPolicy
from services.ordering.domain.policy import OrderingPolicy
from services.payments.domain.mandates import DebitPolicy
from services.payments.policy import TransferPolicy
from services.support.webhooks.domain import WebhooksPolicy
from services.trial.policy import TrialPolicy
from tests.docs.pages import ROOT, Page, page, pages

PAGES = list(pages())
_FOLDERS = ("bench", "cli", "deploy", "docs", "gateway", "protos", "services", "tests", "workflows")
_OURS = ("bench", "cli", "deploy", "gateway", "services", "workflows")
_SECTIONS = {
    "trial": TrialPolicy,
    "mailboxes": MailboxesPolicy,
    "ordering": OrderingPolicy,
    "payments.automatic_debit": DebitPolicy,
    "payments.transfers": TransferPolicy,
    "events": EventsPolicy,
    "webhooks": WebhooksPolicy,
}
_each_page = pytest.mark.parametrize("each", PAGES, ids=lambda each: each.name)


@_each_page
def test_links_lead_somewhere(each: Page) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", each.prose):
        if target.startswith(("http://127.0.0.1", "https://")):
            continue
        file, _, anchor = target.partition("#")
        found = (each.path.parent / file).resolve() if file else each.path
        assert found.exists(), target
        if anchor:
            assert anchor in Page(found).anchors(), target


@_each_page
def test_files_that_are_named_exist(each: Page) -> None:
    for named in re.findall(r"`([\w./-]+)`", each.prose):
        if named.startswith(tuple(f"{folder}/" for folder in _FOLDERS)):
            assert (ROOT / named).exists(), named


@_each_page
def test_modules_that_are_to_be_run_exist(each: Page) -> None:
    for named in re.findall(r"python -m ([\w.]+)", each.text):
        assert importlib.util.find_spec(named), named


@_each_page
def test_targets_of_make_exist(each: Page) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = re.findall(r"`[^`]*`", each.prose) + each.blocks("sh")
    named = {target for part in code for target in re.findall(r"\bmake ([a-z-]+)", part)}
    assert named <= targets


def test_commands_that_messages_name_are_those_of_make_help() -> None:
    listed = set(re.findall(r"^\t@echo \"make ([a-z-]+) ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    files = [ROOT / "casella", *(file for folder in _OURS for file in (ROOT / folder).rglob("*.py"))]
    named = {target for file in files for target in re.findall(r"`make ([a-z-]+)", file.read_text(encoding="utf-8"))}
    assert "setup" in named
    assert named <= listed


@_each_page
def test_commands_of_the_command_line_exist(each: Page) -> None:
    code = re.findall(r"`[^`]*`", each.prose) + each.blocks("sh")
    for words in (found.split() for part in code for found in re.findall(r"\./casella((?: [a-z]+)+)", part)):
        found: click.Command | None = command_line
        for number, word in enumerate(words):
            if not isinstance(found, click.Group):
                break  # what follows are its arguments
            found = found.get_command(click.Context(found), word)
            assert found is not None, f"casella {' '.join(words[: number + 1])}"


@_each_page
def test_rpcs_that_are_named_exist(each: Page) -> None:
    services: dict[str, Any] = {}
    for stub in sorted((ROOT / "protos").rglob("*_pb2.py")):
        module = importlib.import_module(".".join(stub.relative_to(ROOT / "protos").with_suffix("").parts))
        services |= dict(module.DESCRIPTOR.services_by_name.items())
    for service, rpcs in re.findall(r"\b([A-Z][a-z]+Service)/(\w+(?:`, `[A-Z]\w+)*)", each.text):
        described = services[service]
        methods = {method.name for method in described.methods}
        assert set(rpcs.split("`, `")) <= methods | {"RPC", "Rpc"}, service


def test_every_rule_names_the_file_the_contract_or_the_policy_key_that_holds_it() -> None:
    """The dash is for what is set nowhere; a link to a decision is followed by the test of links."""
    rules = page("docs/rules.md")
    cells = [row[-1] for heading in re.findall(r"^## (.+)$", rules.text, re.MULTILINE) for row in rules.rows(heading)]
    assert len(cells) > 40
    for cell in cells:
        pointers = re.findall(r"`([^`]+)`", cell)
        assert pointers or cell in {"–", "price list"} or re.fullmatch(r"\[.+\]\(.+\)", cell), cell
        for pointer in pointers:
            if pointer.endswith(".proto"):
                assert [*(ROOT / "protos").rglob(pointer)], pointer
            elif "/" in pointer:
                assert (ROOT / pointer).is_file(), pointer
            else:
                assert [section for section in _SECTIONS if pointer.startswith(f"{section}.")], pointer


def test_policy_keys_that_the_rules_name_exist() -> None:
    named = re.findall(rf"`({'|'.join(_SECTIONS)})\.([a-z_.]+)`", page("docs/rules.md").text)
    assert named
    for section, keys in ((section, keys) for section, keys in named if not keys.endswith("proto")):
        model: Any = _SECTIONS[section]
        for key in keys.split("."):
            assert issubclass(model, BaseModel)
            assert key in model.model_fields, f"{section}: {key}"
            model = model.model_fields[key].annotation


def test_the_addresses_that_the_readme_shows_are_the_usual_ones() -> None:
    table = page("README.md").section("Look around: `make run`")
    shown = {int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)|to `(\d+)`", table) for port in port if port}
    pages_of_people = ("temporal_ui", "mail_page", "stripe", "sdi_page", "vies", "gateway", "temporal", "postgres")
    assert shown == {USUAL[name] for name in (*pages_of_people, "trial", "support")}
    rooms = [USUAL[room] for room in ("trial", "mailboxes", "ordering", "payments", "invoicing", "support")]
    assert rooms == list(range(rooms[0], rooms[-1] + 1))


@_each_page
def test_no_command_to_paste_has_a_fixed_port(each: Page) -> None:
    """The usual one may be another world's: `by_hand address` tells that of the Casella which runs from here."""
    assert not re.findall(r"(?:127\.0\.0\.1|localhost):\d+", "".join(each.blocks("sh")))
