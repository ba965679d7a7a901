"""From the form to the confirmation email, and what keeps it from going out."""

import asyncio
from typing import Any

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.trial.v1 import trial_pb2 as pb
from deploy.local.dns.zone import Entry
from services.kit.errors import Refused
from services.trial.pace import even_pace
from tests.support.refusals import refused_as
from tests.support.room import TestRoom, request_id
from tests.trial.clients import PRIVACY, PROMOTIONAL, TERMS, Visitors, client, stub

UNKNOWN_CONSENT = pb.Consent.FromString(b"\x08\x09\x12\x011")
"""A kind that a newer gateway knows."""


async def templates_of(room: TestRoom) -> list[str]:
    return [template for _, template, _ in await room.mail_params()]


async def test_a_sign_up_is_answered_by_an_email_with_a_link_and_nothing_else_starts(
    visitors: Visitors, room: TestRoom
) -> None:
    sign_up_id = await visitors.sign_up(email="anna@demo.example")
    [message] = await room.mails()
    assert message.recipient == "anna@demo.example"
    assert "http://127.0.0.1:8580/confirm/" in message.eml.decode().replace("=\r\n", "")
    assert (await visitors.state(sign_up_id)).state == pb.SIGN_UP_STATE_AWAITING_CONFIRMATION
    assert await room.wakes() == []


async def test_only_the_hash_of_a_link_is_in_the_tables_of_the_room(visitors: Visitors, room: TestRoom) -> None:
    token = await visitors.token()
    [link] = await room.rows("confirmation_links")
    assert len(link["token_hash"]) == 32
    assert token not in repr(link) + repr(await room.rows("sign_ups"))


async def test_the_email_speaks_the_chosen_language(visitors: Visitors, room: TestRoom) -> None:
    await visitors.sign_up(language=common_pb2.LANGUAGE_EN)
    [message] = await room.mails()
    assert "Subject: Confirm your address" in message.eml.decode()


async def test_the_same_request_id_signs_up_once(visitors: Visitors, room: TestRoom) -> None:
    form = visitors.form()
    answers = await asyncio.gather(*(visitors.calls.SignUp(form) for _ in range(5)))
    assert len({answer.sign_up_id for answer in answers}) == 1
    assert len(await room.rows("sign_ups")) == 1
    assert await templates_of(room) == ["confirmation"]


async def test_a_request_id_with_other_content_is_refused(visitors: Visitors) -> None:
    form = visitors.form()
    await visitors.calls.SignUp(form)
    form.last_name = "Bianchi"
    with refused_as(errors_pb2.REASON_REQUEST_ID_REUSED):
        await visitors.calls.SignUp(form)


async def test_consents_are_kept_as_evidence(visitors: Visitors, room: TestRoom) -> None:
    await visitors.sign_up(client=client("203.0.113.7"))
    kept = {row["kind"]: row for row in await room.rows("consents")}
    assert {kind: row["granted"] for kind, row in kept.items()} == {
        "terms": True,
        "privacy": True,
        "promotional": False,
    }
    assert kept["terms"]["document_version"] == "2026-05"
    assert kept["terms"]["at"] == room.clock.now()
    assert (kept["terms"]["ip"], kept["terms"]["user_agent"]) == ("203.0.113.7", "Mozilla/5.0 (test)")


@pytest.mark.parametrize(
    ("domain", "finding"),
    [
        ("null-mx.example", "null_mx"),
        ("missing.example", "no_mx"),
        ("a-only.example", "no_mx"),
        ("no-mail.example", "no_mx"),
        ("mailinator.com", "disposable_domain"),
    ],
)
async def test_an_address_that_cannot_receive_is_denied_and_nothing_stored(
    visitors: Visitors, room: TestRoom, domain: str, finding: str
) -> None:
    with refused_as(errors_pb2.REASON_SIGN_UP_DENIED) as caught:
        await visitors.sign_up(email=f"anna@{domain}")
    assert caught.value.metadata["findings"] == finding
    for table in ("sign_ups", "consents", "abuse_signals", "outbox", "requests"):
        assert await room.rows(table) == []


@pytest.mark.parametrize("domain", ["broken.example", "slow.example"])
async def test_trouble_with_the_resolver_is_for_an_operator_to_judge(
    visitors: Visitors, room: TestRoom, domain: str
) -> None:
    sign_up_id = await visitors.sign_up(email=f"anna@{domain}")
    status = await visitors.state(sign_up_id)
    assert (status.state, list(status.reasons)) == (pb.SIGN_UP_STATE_IN_REVIEW, ["mx_unknown"])
    assert [(wake.workflow, wake.workflow_id) for wake in await room.wakes()] == [("SignUp", f"signup:{sign_up_id}")]
    assert await templates_of(room) == []


async def test_the_fourth_sign_up_of_an_address_in_an_hour_is_held_and_the_next_hour_is_free(
    visitors: Visitors, room: TestRoom
) -> None:
    home = client("203.0.113.7")
    for _ in range(3):
        await visitors.sign_up(client=home)
    assert len(await templates_of(room)) == 3
    fourth = await visitors.state(await visitors.sign_up(client=home))
    assert list(fourth.reasons) == ["ip_rate"]
    room.clock.advance(hours=1)
    later = await visitors.state(await visitors.sign_up(client=home))
    assert later.state == pb.SIGN_UP_STATE_AWAITING_CONFIRMATION


async def test_the_eleventh_sign_up_of_an_address_in_a_day_is_held(visitors: Visitors, room: TestRoom) -> None:
    home = client("203.0.113.7")
    for _ in range(10):
        await visitors.sign_up(client=home)
        room.clock.advance(minutes=30)
    eleventh = await visitors.state(await visitors.sign_up(client=home))
    assert list(eleventh.reasons) == ["ip_rate"]


async def test_ipv6_addresses_of_one_link_sign_up_as_one(visitors: Visitors, room: TestRoom) -> None:
    for host in range(3):
        await visitors.sign_up(client=client(f"2001:db8:1:1::{host + 1}"))
    fourth = await visitors.state(await visitors.sign_up(client=client("2001:db8:1:1:ffff::1")))
    next_link = await visitors.state(await visitors.sign_up(client=client("2001:db8:1:2::1")))
    assert list(fourth.reasons) == ["ip_rate"]
    assert next_link.state == pb.SIGN_UP_STATE_AWAITING_CONFIRMATION
    for _ in range(6):
        room.clock.advance(hours=2)
        await visitors.sign_up(client=client("2001:db8:1:1::1"))
    room.clock.advance(hours=2)
    eleventh = await visitors.state(await visitors.sign_up(client=client("2001:db8:1:1::2")))
    assert list(eleventh.reasons) == ["ip_rate"]


async def test_the_twenty_first_sign_up_of_a_network_in_a_day_is_held(visitors: Visitors) -> None:
    for host in range(20):
        await visitors.sign_up(client=client(f"2001:db8:1:{host}::1"))
    held = await visitors.state(await visitors.sign_up(client=client("2001:db8:1:ffff::1")))
    elsewhere = await visitors.state(await visitors.sign_up(client=client("2001:db8:2::1")))
    assert list(held.reasons) == ["network_rate"]
    assert elsewhere.state == pb.SIGN_UP_STATE_AWAITING_CONFIRMATION


async def test_the_sixth_sign_up_of_a_domain_in_a_day_is_held_unless_it_is_a_big_mail_provider(
    visitors: Visitors,
) -> None:
    ours = [await visitors.sign_up(email=f"person{n}@shop.demo.example") for n in range(6)]
    big = [await visitors.sign_up(email=f"person{n}@gmail.com") for n in range(6)]
    assert [list((await visitors.state(s)).reasons) for s in ours] == [[]] * 5 + [["domain_rate"]]
    assert [list((await visitors.state(s)).reasons) for s in big] == [[]] * 6


async def test_names_below_one_registered_domain_count_as_that_domain(visitors: Visitors) -> None:
    names = ["shop.demo.example", "a.shop.demo.example", "B.SHOP.demo.example", "c.shop.demo.example"]
    names += ["caffè.shop.demo.example", "d.e.shop.demo.example", "shops.demo.example"]
    made = [await visitors.sign_up(email=f"person{n}@{name}") for n, name in enumerate(names)]
    assert [list((await visitors.state(s)).reasons) for s in made] == [[]] * 5 + [["domain_rate"], []]


async def test_free_names_of_one_host_count_as_one_domain(visitors: Visitors, zone: dict[str, Entry]) -> None:
    zone.update({f"a{n}.ddns.net": Entry(mx=("mx.demo.example",)) for n in range(6)})
    made = [await visitors.sign_up(email=f"person{n}@a{n}.ddns.net") for n in range(6)]
    assert [list((await visitors.state(s)).reasons) for s in made] == [[]] * 5 + [["domain_rate"]]


async def test_forty_at_once_from_one_address_meet_the_limit_as_forty_in_a_row(
    visitors: Visitors, room: TestRoom
) -> None:
    home = client("203.0.113.7")
    calls = (visitors.calls.SignUp(visitors.form(client=home), timeout=30) for _ in range(40))
    ends = await asyncio.gather(*calls, return_exceptions=True)
    refused = [end.reason for end in ends if isinstance(end, Refused)]
    states = [row["state"] for row in await room.rows("sign_ups")]
    assert states.count("awaiting_confirmation") == 3
    assert states.count("in_review") == 27
    assert refused == [errors_pb2.REASON_RATE_LIMITED] * 10


async def test_a_second_trial_of_one_person_is_held(visitors: Visitors) -> None:
    await visitors.confirmed(email="anna.rossi@gmail.com")
    held = await visitors.state(await visitors.sign_up(email="annarossi+due@gmail.com"))
    assert (held.state, list(held.reasons)) == (pb.SIGN_UP_STATE_IN_REVIEW, ["second_trial"])


async def test_two_open_sign_ups_of_one_person_under_two_aliases_are_not_two_trials(visitors: Visitors) -> None:
    both = await asyncio.gather(
        visitors.sign_up(email="anna+uno@v.demo.example"), visitors.sign_up(email="anna+due@v.demo.example")
    )
    states = sorted([(await visitors.state(sign_up)).state for sign_up in both])
    assert states == [pb.SIGN_UP_STATE_IN_REVIEW, pb.SIGN_UP_STATE_AWAITING_CONFIRMATION]


async def test_signing_up_again_before_the_confirmation_is_fine(visitors: Visitors, room: TestRoom) -> None:
    await visitors.sign_up(email="anna@v.demo.example")
    again = await visitors.state(await visitors.sign_up(email="Anna@V.demo.example"))
    assert again.state == pb.SIGN_UP_STATE_AWAITING_CONFIRMATION
    assert await templates_of(room) == ["confirmation", "confirmation"]


async def test_a_registered_address_hears_of_it_by_email_and_the_stranger_gets_the_usual_answer(
    visitors: Visitors, room: TestRoom
) -> None:
    await visitors.confirmed(email="anna@v.demo.example", first_name="Anna", language=common_pb2.LANGUAGE_IT)
    await room.empty_outbox()
    answer = await visitors.calls.SignUp(
        visitors.form(email="Anna@v.demo.example", first_name="Mallory", language=common_pb2.LANGUAGE_EN)
    )
    assert [field.name for field, _ in answer.ListFields()] == ["sign_up_id"]
    [message] = await room.mails()
    text = message.eml.decode()
    assert message.recipient == "anna@v.demo.example"
    assert "Mallory" not in text
    assert "Ciao Anna Rossi" in text
    assert (await visitors.state(answer.sign_up_id)).state == pb.SIGN_UP_STATE_ALREADY_REGISTERED
    assert await room.wakes() == []


async def test_an_answer_comes_no_earlier_whatever_was_found() -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async with even_pace(40):
        found_nothing = loop.time() - begun
    assert found_nothing < 0.04 <= loop.time() - begun


async def test_one_address_gets_at_most_five_emails_a_day_whoever_asks(visitors: Visitors, room: TestRoom) -> None:
    for _ in range(4):
        await visitors.sign_up(email="victim@v.demo.example")
    for _ in range(3):
        await visitors.calls.ResendConfirmation(
            pb.ResendConfirmationRequest(
                request_id=request_id(), email="victim@v.demo.example", client=client("203.0.113.9")
            )
        )
    assert len(await templates_of(room)) == 5
    room.clock.advance(hours=24)
    await visitors.sign_up(email="victim@v.demo.example")
    assert len(await templates_of(room)) == 6


async def test_a_new_link_can_be_asked_for_and_both_are_valid(visitors: Visitors, room: TestRoom) -> None:
    first = await visitors.token(email="anna@v.demo.example")
    room.clock.advance(hours=71)
    request = pb.ResendConfirmationRequest(
        request_id=request_id(), email="anna@v.demo.example", client=client("203.0.113.9")
    )
    await visitors.calls.ResendConfirmation(request)
    await visitors.calls.ResendConfirmation(request)
    assert await templates_of(room) == ["confirmation", "confirmation"]
    second = await visitors.emailed_token()
    assert second != first
    room.clock.advance(hours=71)
    await visitors.confirm(second)


async def test_nobody_gets_an_email_for_an_address_that_did_not_sign_up(visitors: Visitors, room: TestRoom) -> None:
    request = pb.ResendConfirmationRequest(
        request_id=request_id(), email="nobody@v.demo.example", client=client("203.0.113.9")
    )
    assert await visitors.calls.ResendConfirmation(request) == pb.ResendConfirmationResponse()
    assert await templates_of(room) == []


async def test_traces_of_visitors_are_stored_hashed(visitors: Visitors, room: TestRoom) -> None:
    await visitors.sign_up(email="anna@v.demo.example", client=client("203.0.113.7"))
    signals = await room.rows("abuse_signals")
    assert sorted(signal["kind"] for signal in signals) == ["domain", "ip", "mail", "mail", "mail", "network"]
    assert all(isinstance(signal["hash"], bytes) and len(signal["hash"]) == 32 for signal in signals)


@pytest.mark.parametrize(
    ("fields", "bad"),
    [
        ({"request_id": ""}, {"request_id"}),
        ({"request_id": "42"}, {"request_id"}),
        ({"first_name": ""}, {"first_name"}),
        ({"first_name": "A" * 61, "last_name": "Ro\x07ssi"}, {"first_name", "last_name"}),
        ({"first_name": "visit cheap.example", "last_name": "😀"}, {"first_name", "last_name"}),
        ({"email": "anna"}, {"email"}),
        ({"email": "a" * 300 + "@demo.example"}, {"email"}),
        ({"email": "анна@demo.example"}, {"email"}),
        ({"email": "anna@demo.example\r\nBcc: x@y.example"}, {"email"}),
        ({"country": "XX"}, {"country"}),
        ({"country": "it"}, {"country"}),
        ({"language": 0}, {"language"}),
        ({"language": 9}, {"language"}),
        ({"consents": []}, {"consents"}),
        ({"consents": [TERMS]}, {"consents"}),
        (
            {"consents": [pb.Consent(kind=pb.CONSENT_KIND_TERMS, document_version="1"), PRIVACY]},
            {"consents[0].granted"},
        ),
        ({"consents": [TERMS, PRIVACY, TERMS]}, {"consents[2].kind"}),
        ({"consents": [TERMS, PRIVACY, PROMOTIONAL, TERMS]}, {"consents"}),
        ({"consents": [TERMS, PRIVACY, UNKNOWN_CONSENT]}, {"consents[2].kind"}),
        (
            {"consents": [TERMS, pb.Consent(kind=pb.CONSENT_KIND_PRIVACY, granted=True)]},
            {"consents[1].document_version"},
        ),
        ({"client": client("203.0.113.256")}, {"client.ip"}),
        ({"client": client("")}, {"client.ip"}),
        ({"client": common_pb2.ClientContext(ip="203.0.113.7", user_agent="x" * 513)}, {"client.user_agent"}),
    ],
)
async def test_every_bad_field_of_the_form_is_named_and_nothing_stored(
    visitors: Visitors, room: TestRoom, fields: dict[str, Any], bad: set[str]
) -> None:
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as caught:
        await visitors.sign_up(**fields)
    assert {violation.field for violation in caught.value.violations} == bad
    for table in ("sign_ups", "consents", "abuse_signals", "outbox", "requests"):
        assert await room.rows(table) == []


async def test_an_empty_form_names_all_its_fields_in_the_callers_language(room: TestRoom) -> None:
    texts = {}
    for language in ("it", "en"):
        with pytest.raises(Refused) as caught:
            await stub(room).SignUp(pb.SignUpRequest(), metadata=(("accept-language", language),))
        texts[language] = {violation.field: violation.message for violation in caught.value.violations}
    assert set(texts["it"]) == {
        "request_id",
        "first_name",
        "last_name",
        "email",
        "country",
        "language",
        "consents",
        "client.ip",
    }
    assert texts["it"]["consents"].startswith("Per proseguire")
    assert texts["en"]["consents"].startswith("You need to accept")
