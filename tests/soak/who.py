"""Who comes: every kind of customer, with their papers, how they may be billed, and how their sales must be taxed."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from casella.common.v1 import common_pb2 as common
from deploy.local.demo import people

_ANNUAL, _MONTHLY = common.BILLING_PERIOD_ANNUAL, common.BILLING_PERIOD_MONTHLY
_BERLIN = common.Address(street="Lange Straße 5", postal_code="10115", city="Berlin", country="DE")
_AMSTERDAM = common.Address(street="Dam 1", postal_code="1012 JS", city="Amsterdam", country="NL")
_WILMINGTON = common.Address(street="1209 North Orange Street", postal_code="19801", city="Wilmington", country="US")
_LIVIGNO = common.Address(street="Via Saroch 10", postal_code="23041", city="Livigno", province="SO", country="IT")
_VAT = common.TAX_TREATMENT_DOMESTIC


@dataclass(frozen=True)
class Who:
    """A kind of customer.

    Attributes:
        weight: How many of a hundred are of it.
        kind: As which they order.
        party: Makes their papers, from their number.
        taxed: How their sales must be taxed: the judge's own word, not asked of Casella.
        billings: How they may pay.
        served: Whether Casella sells to them at all.
    """

    weight: int
    kind: common.CustomerKind
    party: Callable[[int], common.BillingParty]
    taxed: common.TaxTreatment = _VAT
    billings: tuple[common.BillingPeriod, ...] = (_ANNUAL, _MONTHLY)
    served: bool = True


def _association(number: int) -> common.BillingParty:
    return common.BillingParty(
        kind=common.CUSTOMER_KIND_PRIVATE,
        company_name=f"Associazione {number}",
        address=people.address(),
        phone="+390552345678",
        codice_fiscale=people.new_vat_number(),
        body=True,
    )


def _by_certified_mail(number: int) -> common.BillingParty:
    party = people.company(f"Posta {number} S.r.l.", "Anna")
    party.recipient_code, party.pec = "", f"posta{number}@pec.example"
    return party


def _reseller(number: int) -> common.BillingParty:
    party = people.company(f"Rivende {number} S.r.l.", "Anna")
    party.kind = common.CUSTOMER_KIND_RESELLER
    return party


def _in_livigno(number: int) -> common.BillingParty:
    party = people.company(f"Alpi {number} S.r.l.", "Marta")
    party.address.CopyFrom(_LIVIGNO)
    return party


def _public_body(number: int) -> common.BillingParty:
    party = people.company(f"Comune {number}", "Anna")
    party.recipient_code = "UFABCD"
    return party


def _private_abroad(_: int) -> common.BillingParty:
    party = people.private_person("Hans", "Huber")
    party.address.CopyFrom(_BERLIN)
    return party


KINDS = {
    "consumer": Who(32, common.CUSTOMER_KIND_PRIVATE, lambda _: people.private_person("Anna", "Rossi")),
    "association": Who(5, common.CUSTOMER_KIND_PRIVATE, _association),
    "company": Who(20, common.CUSTOMER_KIND_COMPANY, lambda number: people.company(f"Ditta {number} S.r.l.", "Anna")),
    "company by certified mail": Who(7, common.CUSTOMER_KIND_COMPANY, _by_certified_mail),
    "reseller": Who(8, common.CUSTOMER_KIND_RESELLER, _reseller, billings=(_MONTHLY,)),
    "in Livigno": Who(4, common.CUSTOMER_KIND_COMPANY, _in_livigno, common.TAX_TREATMENT_OUTSIDE_VAT_TERRITORY),
    "German": Who(
        6, common.CUSTOMER_KIND_COMPANY,
        lambda _: people.business_abroad("Beispiel GmbH", "123456788", _BERLIN),
        common.TAX_TREATMENT_REVERSE_CHARGE,
    ),
    "Dutch reseller": Who(
        3, common.CUSTOMER_KIND_RESELLER,
        lambda _: people.reseller_abroad("Voorbeeld B.V.", "123456782B01", _AMSTERDAM),
        common.TAX_TREATMENT_REVERSE_CHARGE, (_MONTHLY,),
    ),
    "unknown to VIES": Who(
        4, common.CUSTOMER_KIND_COMPANY,
        lambda _: people.business_abroad("Niemand GmbH", "111111117", _BERLIN),
        common.TAX_TREATMENT_REVERSE_CHARGE,
    ),
    "American": Who(
        6, common.CUSTOMER_KIND_COMPANY,
        lambda _: people.business_abroad("Acme Mail, Inc.", "12-3456789", _WILMINGTON),
        common.TAX_TREATMENT_OUTSIDE_EU,
    ),
    "public body": Who(3, common.CUSTOMER_KIND_COMPANY, _public_body, served=False),
    "consumer abroad": Who(2, common.CUSTOMER_KIND_PRIVATE, _private_abroad, served=False),
}  # fmt: skip


def dealt(customers: int, rng: random.Random) -> list[str]:
    """The kind of each of so many customers: as many of a hundred as their weights say, in any order."""
    names = [name for name, who in KINDS.items() for _ in range(who.weight)]
    return [name for _ in range(0, customers, len(names)) for name in rng.sample(names, len(names))][:customers]
