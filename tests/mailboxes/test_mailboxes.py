"""Mailboxes over gRPC: 25 of 8 GB in a trial, what was ordered in an annual contract, an old address new."""

from argon2 import PasswordHasher

from casella.common.v1 import common_pb2, errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2 as pb
from services.mailboxes.mail_platform import OwnDatabase
from tests.mailboxes.clients import PASSWORD, STEERING, Customer, confirmation, new_customer, stub, unlock
from tests.support.refusals import refused_as
from tests.support.room import TestRoom, request_id

GB_8, GB_25, GB_50, GB_100 = (
    pb.MAILBOX_SIZE_8_GB,
    pb.MAILBOX_SIZE_25_GB,
    pb.MAILBOX_SIZE_50_GB,
    pb.MAILBOX_SIZE_100_GB,
)


async def test_a_new_mailbox_is_active_and_has_8_gb_unless_said_otherwise(customer: Customer) -> None:
    mailbox = await customer.create_mailbox("Info@Rossi.example")
    assert (mailbox.address, mailbox.size, mailbox.active) == ("info@rossi.example", GB_8, True)
    assert await customer.mailboxes() == [mailbox]


async def test_the_mail_server_reads_login_home_and_quota(room: TestRoom, customer: Customer) -> None:
    mailbox = await customer.create_mailbox("info@rossi.example")
    [login] = await room.rows("mail_logins")
    scheme, hashed = login["password_hash"][:10], login["password_hash"][10:]
    assert scheme == "{ARGON2ID}"
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PasswordHasher().verify(hashed, PASSWORD)
    assert (str(login["home"]), login["quota_bytes"]) == (mailbox.mailbox_id, 8 * 1024**3)
    await customer.update_mailbox(mailbox.mailbox_id, active=False)
    assert await room.rows("mail_logins") == []
    assert [row["name"] for row in await room.rows("mail_domains")] == ["rossi.example"]


async def test_an_address_made_again_starts_empty(customer: Customer) -> None:
    first = await customer.create_mailbox("info@rossi.example")
    await customer.delete_mailbox(first.mailbox_id)
    second = await customer.create_mailbox("info@rossi.example")
    assert second.mailbox_id != first.mailbox_id


async def test_a_deletion_is_noted_for_the_mail_system_until_it_is_carried_out(
    room: TestRoom, customer: Customer
) -> None:
    mailbox = await customer.create_mailbox("info@rossi.example")
    await customer.delete_mailbox(mailbox.mailbox_id)
    assert [str(row["mailbox_id"]) for row in await room.rows("removals")] == [mailbox.mailbox_id]
    assert await OwnDatabase(room.core.database).known_mailboxes(customer.uuid) == 0


async def test_an_address_exists_once(customer: Customer) -> None:
    await customer.create_mailbox("info@rossi.example")
    with refused_as(errors_pb2.REASON_MAILBOX_TAKEN):
        await customer.create_mailbox("INFO@rossi.example")


async def test_a_mailbox_needs_a_domain_of_the_account(room: TestRoom, customer: Customer) -> None:
    stranger = await new_customer(room)
    for address in ("info@rossi.example", "info@nowhere.example"):
        with refused_as(errors_pb2.REASON_NOT_FOUND):
            await stranger.create_mailbox(address)


async def test_a_trial_has_no_mailbox_larger_than_8_gb(customer: Customer) -> None:
    with refused_as(errors_pb2.REASON_SIZE_NOT_ALLOWED) as refused:
        await customer.create_mailbox("info@rossi.example", size=GB_25)
    assert refused.value.metadata == {"limit": "size_gb", "value": "8"}
    mailbox = await customer.create_mailbox("info@rossi.example")
    with refused_as(errors_pb2.REASON_SIZE_NOT_ALLOWED):
        await customer.update_mailbox(mailbox.mailbox_id, size=GB_25)


async def test_monthly_billing_allows_any_size_up_to_the_operators_ceiling(room: TestRoom, customer: Customer) -> None:
    await unlock(room, customer)
    await stub(room, "worker").ConfirmContract(confirmation(customer.id))
    for number in range(30):
        await customer.create_mailbox(f"m{number}@rossi.example", size=(GB_8, GB_25, GB_50, GB_100)[number % 4])
    with refused_as(errors_pb2.REASON_MAILBOX_LIMIT) as refused:
        await customer.create_mailbox("one-more@rossi.example")
    assert refused.value.metadata == {"limit": "mailboxes", "value": "30"}


async def test_annual_billing_allows_what_was_ordered(room: TestRoom, customer: Customer) -> None:
    await unlock(room, customer, s8=1, s50=1)
    await customer.create_mailbox("large@rossi.example", size=GB_50)
    small = await customer.create_mailbox("small@rossi.example")
    with refused_as(errors_pb2.REASON_MAILBOX_LIMIT):
        await customer.create_mailbox("third@rossi.example")
    with refused_as(errors_pb2.REASON_MAILBOX_LIMIT):
        await customer.update_mailbox(small.mailbox_id, size=GB_25)
    with refused_as(errors_pb2.REASON_SIZE_NOT_ALLOWED):
        await customer.update_mailbox(small.mailbox_id, size=GB_100)


async def test_a_mailbox_gives_its_place_back_when_it_shrinks_or_goes(room: TestRoom, customer: Customer) -> None:
    await unlock(room, customer, s8=1, s50=1)
    large = await customer.create_mailbox("large@rossi.example", size=GB_50)
    small = await customer.create_mailbox("small@rossi.example")
    assert (await customer.update_mailbox(large.mailbox_id, size=GB_8)).size == GB_8
    assert (await customer.update_mailbox(small.mailbox_id, size=GB_50)).size == GB_50
    await customer.delete_mailbox(large.mailbox_id)
    await customer.create_mailbox("third@rossi.example")


async def test_an_update_changes_only_what_is_set(room: TestRoom, customer: Customer) -> None:
    mailbox = await customer.create_mailbox("info@rossi.example")
    before = (await room.rows("mailboxes"))[0]["password_hash"]
    assert await customer.update_mailbox(mailbox.mailbox_id) == mailbox
    assert (await room.rows("mailboxes"))[0]["password_hash"] == before
    switched = await customer.update_mailbox(mailbox.mailbox_id, active=False, password="another password")
    assert not switched.active
    after = (await room.rows("mailboxes"))[0]["password_hash"]
    assert PasswordHasher().verify(after.removeprefix("{ARGON2ID}"), "another password")


async def test_another_customers_mailbox_is_not_found(room: TestRoom, customer: Customer) -> None:
    mailbox = await customer.create_mailbox("info@rossi.example")
    stranger = await new_customer(room)
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await stranger.update_mailbox(mailbox.mailbox_id, active=False)
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await stranger.delete_mailbox(mailbox.mailbox_id)
    assert await customer.mailboxes() == [mailbox]


async def test_the_same_request_creates_one_mailbox(customer: Customer) -> None:
    once = request_id()
    first = await customer.create_mailbox("info@rossi.example", request_id=once)
    again = await customer.create_mailbox("info@rossi.example", request_id=once, password="never in a fingerprint")
    assert again == first
    with refused_as(errors_pb2.REASON_REQUEST_ID_REUSED):
        await customer.create_mailbox("other@rossi.example", request_id=once)


async def test_the_same_request_deletes_once_and_a_new_one_finds_nothing(customer: Customer) -> None:
    mailbox = await customer.create_mailbox("info@rossi.example")
    request = pb.DeleteMailboxRequest(request_id=request_id(), mailbox_id=mailbox.mailbox_id)
    for _ in range(2):
        await customer.calls.DeleteMailbox(request, metadata=customer.metadata)
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await customer.delete_mailbox(mailbox.mailbox_id)


async def test_mailboxes_are_listed_by_address_and_domain(customer: Customer) -> None:
    await customer.add_domain("bianchi.example")
    for address in ("b@rossi.example", "a@rossi.example", "a@bianchi.example"):
        await customer.create_mailbox(address)
    assert [box.address for box in await customer.mailboxes()] == [
        "a@bianchi.example",
        "a@rossi.example",
        "b@rossi.example",
    ]
    assert [box.address for box in await customer.mailboxes(domain="Rossi.example")] == [
        "a@rossi.example",
        "b@rossi.example",
    ]
    first = await customer.calls.ListMailboxes(
        pb.ListMailboxesRequest(account_id=customer.id, page=common_pb2.PageRequest(page_size=2)),
        metadata=customer.metadata,
    )
    rest = await customer.calls.ListMailboxes(
        pb.ListMailboxesRequest(
            account_id=customer.id, page=common_pb2.PageRequest(page_size=2, page_token=first.next_page_token)
        ),
        metadata=customer.metadata,
    )
    assert [box.address for box in rest.mailboxes] == ["b@rossi.example"]
    assert rest.next_page_token == ""


async def test_a_feature_that_the_operator_switched_off_is_refused_and_audited(
    room: TestRoom, customer: Customer
) -> None:
    request = pb.SetFeatureRequest(
        request_id=request_id(),
        account_id=customer.id,
        feature=pb.FEATURE_MAILBOXES,
        off=True,
        steering=STEERING,
    )
    for _ in range(2):
        allowance = (await stub(room, "operator").SetFeature(request)).allowance
        assert list(allowance.features_off) == [pb.FEATURE_MAILBOXES]
    with refused_as(errors_pb2.REASON_FEATURE_OFF):
        await customer.create_mailbox("info@rossi.example")
    await customer.add_domain("still.example")
    [entry] = await room.rows("audit")
    assert (entry["actor"], entry["action"], entry["reason_code"]) == (
        "operator@provider",
        "switch_off_mailboxes",
        "abuse",
    )
    request.request_id, request.off = request_id(), False
    await stub(room, "operator").SetFeature(request)
    await customer.create_mailbox("info@rossi.example")
