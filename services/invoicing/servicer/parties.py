"""Translates the customer of a document."""

from casella.common.v1 import common_pb2
from services.invoicing.domain.customers import ITALY, Address, Customer, CustomerKind
from services.kit.characters import has_control_characters
from services.kit.composed import composed, is_stream_safe
from services.kit.enums import EnumTable
from services.kit.validation import Violations

_LONGEST_COMPANY = 80
_LONGEST_NAME = 60
_LONGEST_RECIPIENT = 130
_LONGEST_TYPED = 1000
"""Characters of a field that a dry run looks at: whether it is too long for a document is what the dry run tells."""

KINDS = EnumTable(
    {
        CustomerKind.PRIVATE: common_pb2.CUSTOMER_KIND_PRIVATE,
        CustomerKind.COMPANY: common_pb2.CUSTOMER_KIND_COMPANY,
        CustomerKind.RESELLER: common_pb2.CUSTOMER_KIND_RESELLER,
    }
)


def customer_of(found: Violations, message: common_pb2.BillingParty) -> Customer:
    """The customer of a document: named and addressed; whether its codes are right, the SdI's checks decide.

    The phone number is left out: what stays for ten years is what the document says.
    """
    kind = KINDS.chosen(found, "party.kind", message.kind, CustomerKind.PRIVATE)
    stated = KINDS.word(message.kind)  # what a kind requires is not asked of a customer without one
    private = stated is CustomerKind.PRIVATE
    freelancer = not private and not message.company_name and bool(message.first_name or message.last_name)
    person = freelancer or (private and not message.body)

    def text(field: str, longest: int, *, required: bool = False) -> str:
        return found.text(f"party.{field}", getattr(message, field), longest, required=required)

    return Customer(
        kind=kind,
        body=message.body,
        first_name=text("first_name", _LONGEST_NAME, required=person),
        last_name=text("last_name", _LONGEST_NAME, required=person),
        company_name=text("company_name", _LONGEST_COMPANY, required=not person),
        address=_address(found, message.address),
        contact_person=text("contact_person", _LONGEST_RECIPIENT),
        codice_fiscale=text("codice_fiscale", 16, required=private).upper(),
        vat_number=text("vat_number", 28, required=stated in {CustomerKind.COMPANY, CustomerKind.RESELLER}).upper(),
        vat_country=text("vat_country", 2).upper(),
        recipient_code=text("recipient_code", 7).upper(),
        pec=text("pec", 254),
        revision=found.between("party.revision", message.revision, 0, 2**31 - 1),
    )


def party_of(customer: Customer) -> common_pb2.BillingParty:
    """The customer of a document as it names them; the way back from `customer_of`."""
    address = customer.address
    return common_pb2.BillingParty(
        kind=KINDS[customer.kind],
        body=customer.body,
        first_name=customer.first_name,
        last_name=customer.last_name,
        company_name=customer.company_name,
        address=common_pb2.Address(
            street=address.street,
            postal_code=address.postal_code,
            city=address.city,
            province=address.province,
            country=address.country,
        ),
        contact_person=customer.contact_person,
        codice_fiscale=customer.codice_fiscale,
        vat_number=customer.vat_number,
        vat_country=customer.vat_country,
        recipient_code=customer.recipient_code,
        pec=customer.pec,
        revision=customer.revision,
    )


def check_typed(found: Violations, message: common_pb2.BillingParty) -> None:
    """Notes every field of a dry run that nobody types: endless, or with characters that no XML could hold either."""
    for path, part in (("party", message), ("party.address", message.address)):
        for field, value in part.ListFields():
            if isinstance(value, str) and len(value) > _LONGEST_TYPED:
                found.add(f"{path}.{field.name}", "too_long", limit=_LONGEST_TYPED)
            elif isinstance(value, str) and (has_control_characters(value) or not is_stream_safe(composed(value))):
                found.add(f"{path}.{field.name}", "control_characters")


def customer_unchecked(message: common_pb2.BillingParty) -> Customer:
    """The customer of a dry run, as typed: what is wrong with it is what the dry run tells."""
    address = message.address
    return Customer(
        kind=KINDS.word(message.kind) or CustomerKind.PRIVATE,
        body=message.body,
        first_name=message.first_name,
        last_name=message.last_name,
        company_name=message.company_name,
        address=Address(address.street, address.postal_code, address.city, address.province, address.country),
        contact_person=message.contact_person,
        codice_fiscale=message.codice_fiscale,
        vat_number=message.vat_number,
        vat_country=message.vat_country,
        recipient_code=message.recipient_code,
        pec=message.pec,
        revision=message.revision,
    )


def _address(found: Violations, message: common_pb2.Address) -> Address:
    return Address(
        street=found.text("party.address.street", message.street, _LONGEST_NAME),
        postal_code=found.text(
            "party.address.postal_code", message.postal_code, 15, required=message.country.upper() in {"", ITALY}
        ),
        city=found.text("party.address.city", message.city, _LONGEST_NAME),
        province=found.text("party.address.province", message.province, 2, required=False).upper(),
        country=found.text("party.address.country", message.country, 2).upper(),
    )
