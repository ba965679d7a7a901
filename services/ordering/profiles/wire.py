"""How a billing profile looks in protobuf."""

from casella.common.v1 import common_pb2
from services.ordering.domain.kinds import CustomerKind
from services.ordering.domain.profile import BillingProfile
from services.ordering.enums import KINDS
from services.ordering.profiles.store import SavedProfile


def party_message(saved: SavedProfile) -> common_pb2.BillingParty:
    """A profile as documents carry it."""
    profile = saved.profile
    return common_pb2.BillingParty(
        kind=KINDS[profile.kind],
        body=profile.body,
        first_name=profile.first_name,
        last_name=profile.last_name,
        company_name=profile.company_name,
        address=common_pb2.Address(
            street=profile.street,
            postal_code=profile.postal_code,
            city=profile.city,
            province=profile.province,
            country=profile.country,
        ),
        phone=profile.phone,
        contact_person=profile.contact_person,
        codice_fiscale=profile.codice_fiscale,
        vat_number=profile.vat_number,
        vat_country=profile.vat_country,
        recipient_code=profile.recipient_code,
        pec=profile.pec,
        revision=saved.revision,
    )


def profile_of(party: common_pb2.BillingParty, kind: CustomerKind, *, split_payment: bool) -> BillingProfile:
    """What a customer sent, as it was typed."""
    return BillingProfile(
        kind=kind,
        body=party.body,
        first_name=party.first_name,
        last_name=party.last_name,
        company_name=party.company_name,
        street=party.address.street,
        postal_code=party.address.postal_code,
        city=party.address.city,
        province=party.address.province,
        country=party.address.country,
        phone=party.phone,
        contact_person=party.contact_person,
        codice_fiscale=party.codice_fiscale,
        vat_number=party.vat_number,
        vat_country=party.vat_country,
        recipient_code=party.recipient_code,
        pec=party.pec,
        split_payment=split_payment,
    )
