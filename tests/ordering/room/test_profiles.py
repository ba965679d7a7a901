"""SaveBillingProfile and GetBillingProfile."""

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from tests.ordering.shop import ACME, ANNA, BEISPIEL, STEERING, Shop
from tests.support.refusals import bad_fields, refused_for, unavailable
from tests.support.room import request_id


def asked(account: object, party: common_pb2.BillingParty = ANNA, **more: object) -> pb.SaveBillingProfileRequest:
    fields = {"request_id": request_id(), "account_id": str(account), "profile": party, **more}
    return pb.SaveBillingProfileRequest(**fields)  # type: ignore[arg-type]


def changed(party: common_pb2.BillingParty, **fields: object) -> common_pb2.BillingParty:
    copy = common_pb2.BillingParty.FromString(party.SerializeToString())
    for name, value in fields.items():
        setattr(copy, name, value)
    return copy


IN_ZURICH = changed(ANNA)
IN_ZURICH.address.country = "CH"


@pytest.mark.parametrize("party", [ANNA, ACME, BEISPIEL])
async def test_a_profile_is_read_back_as_it_was_saved(shop: Shop, party: common_pb2.BillingParty) -> None:
    account = shop.account()
    saved = await shop.save_profile(account, party)
    assert saved == changed(party, revision=1)
    read = await shop.stub().GetBillingProfile(
        pb.GetBillingProfileRequest(account_id=str(account)), metadata=shop.customer(account)
    )
    assert read.profile == saved


async def test_the_revision_rises_with_every_change(shop: Shop) -> None:
    account = shop.account()
    revisions = [(await shop.save_profile(account, party)).revision for party in (ANNA, ACME, ANNA)]
    assert revisions == [1, 2, 3]


async def test_the_same_request_again_saves_once(shop: Shop) -> None:
    account = shop.account()
    request = asked(account)
    for _ in range(2):
        answer = await shop.stub().SaveBillingProfile(request, metadata=shop.customer(account))
        assert answer.profile.revision == 1


async def test_every_bad_field_is_named_and_nothing_stored(shop: Shop) -> None:
    account = shop.account()
    party = common_pb2.BillingParty(
        kind=common_pb2.CUSTOMER_KIND_COMPANY,
        address=common_pb2.Address(street="Via\u0000", postal_code="1", province="XX", country="IT"),
        phone="12",
        vat_number="01234567890",
        recipient_code="AB",
    )
    request = asked(account, party, request_id="no")
    call = shop.stub().SaveBillingProfile(request, metadata=shop.customer(account))
    refused = await refused_for(call, errors_pb2.REASON_INVALID_INPUT)
    assert bad_fields(refused) == {
        "request_id": "not_a_uuid",
        "profile.address.street": "control_characters",
        "profile.address.city": "required",
        "profile.address.postal_code": "not_a_postal_code",
        "profile.address.province": "not_a_province",
        "profile.phone": "not_a_phone",
        "profile.company_name": "company_or_names",
        "profile.vat_number": "bad_checksum",
        "profile.recipient_code": "not_a_recipient_code",
    }
    assert await shop.room.rows("billing_profiles") == await shop.room.rows("requests") == []
    assert shop.neighbours.asked["invoicing"] == 0


async def test_the_kind_of_customer_is_needed(shop: Shop) -> None:
    account = shop.account()
    call = shop.stub().SaveBillingProfile(asked(account, common_pb2.BillingParty()), metadata=shop.customer(account))
    assert bad_fields(await refused_for(call, errors_pb2.REASON_INVALID_INPUT)) == {"profile.kind": "required"}


@pytest.mark.parametrize(("language", "said"), [("it", "Il nome contiene ł."), ("en", "The name contains ł.")])
async def test_what_the_dry_run_finds_is_a_bad_field(shop: Shop, language: str, said: str) -> None:
    account = shop.account()
    shop.neighbours.findings = [
        invoicing_pb2.ProfileFinding(
            field="first_name", code="00427", message_it="Il nome contiene ł.", message_en="The name contains ł."
        )
    ]
    call = shop.stub().SaveBillingProfile(asked(account), metadata=shop.customer(account, language))
    refused = await refused_for(call, errors_pb2.REASON_INVALID_INPUT)
    assert [(v.field, v.message, v.key) for v in refused.violations] == [("profile.first_name", said, "sdi_00427")]
    assert await shop.room.rows("billing_profiles") == []


async def test_without_the_dry_run_nothing_is_saved(shop: Shop) -> None:
    account = shop.account()
    shop.neighbours.away.add("invoicing")
    await unavailable(shop.stub().SaveBillingProfile(asked(account), metadata=shop.customer(account)))
    assert await shop.room.rows("billing_profiles") == []


@pytest.mark.parametrize(
    ("party", "split", "why"),
    [
        (changed(ACME, recipient_code="UFABC1"), False, "public_body"),
        (ACME, True, "split_payment"),
        (IN_ZURICH, False, "private_abroad"),
    ],
)
async def test_public_bodies_split_payment_and_private_persons_abroad_are_refused_with_the_reason(
    shop: Shop, party: common_pb2.BillingParty, *, split: bool, why: str
) -> None:
    account = shop.account()
    request = asked(account, party, split_payment=split)
    call = shop.stub().SaveBillingProfile(request, metadata=shop.customer(account))
    refused = await refused_for(call, errors_pb2.REASON_CUSTOMER_NOT_SERVED)
    assert refused.metadata == {"why": why}
    assert refused.message
    assert await shop.room.rows("billing_profiles") == []


async def test_without_a_profile_there_is_nothing_to_read(shop: Shop) -> None:
    account = shop.account()
    request = pb.GetBillingProfileRequest(account_id=str(account))
    await refused_for(
        shop.stub().GetBillingProfile(request, metadata=shop.customer(account)), errors_pb2.REASON_NOT_FOUND
    )


async def test_an_operator_s_correction_is_kept_in_the_audit_trail(shop: Shop) -> None:
    account = shop.account()
    await shop.save_profile(account)
    await refused_for(shop.stub("operator").SaveBillingProfile(asked(account)), errors_pb2.REASON_INVALID_INPUT)
    answer = await shop.stub("operator").SaveBillingProfile(asked(account, ACME, steering=STEERING))
    assert answer.profile.revision == 2
    kept = await shop.room.rows("audit")
    assert [(row["action"], row["subject_id"]) for row in kept] == [("save_billing_profile", account)]
