"""Businesses without Italian VAT buy on real parts: order, proforma, payment, invoice, and its end at the SdI."""

import asyncio
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest
import pytest_asyncio
from lxml import etree

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from deploy.local.demo import people
from deploy.local.demo.customer import Customer
from tests.cli.running import Terminal
from tests.e2e.ends import e_invoice_ended, prove_the_end
from tests.e2e.levers import prove_business, transfer_of, vies_says, without_worker
from tests.e2e.operator_desk import OPERATOR, Desk, at_the_desk, refused, wrongly_filled_in
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("abroad")]

_GERMAN = people.business_abroad(
    "Beispiel GmbH",
    "123456788",
    common.Address(street="Lange Straße 5", postal_code="10115", city="Berlin", country="DE"),
)
_MISNAMED = people.business_abroad(
    "Hans Huber privat",
    "U12345675",
    common.Address(street="Hauptplatz 3", postal_code="8010", city="Graz", country="AT"),
)
_AMERICAN = people.business_abroad(
    "Acme Mail, Inc.",
    "12-3456789",
    common.Address(street="1209 North Orange Street", postal_code="19801", city="Wilmington", country="US"),
)


def _in_livigno() -> common.BillingParty:
    party = people.company("Alpi S.r.l.", "Marta")
    seat = common.Address(street="Via Saroch 10", postal_code="23041", city="Livigno", province="SO", country="IT")
    party.address.CopyFrom(seat)
    return party


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A Casella whose operator may charge Italian VAT where nothing confirms a VAT number."""
    folder = tmp_path_factory.mktemp("abroad")
    forbidden, allowed = (f"sales_to_eu_consumers_within_threshold: {word}" for word in ("false", "true"))
    policy = (Path(__file__).parents[2] / "deploy" / "policy.yaml").read_text()
    assert forbidden in policy
    (folder / "policy.yaml").write_text(policy.replace(forbidden, allowed))
    ordering = {"CASELLA_POLICY_FILE": str(folder / "policy.yaml")}
    async with at_the_desk(folder / "var", {"ordering": ordering}) as found:
        yield found


async def _bought(
    desk: Desk, party: common.BillingParty, method: common.PaymentMethod, treatment: common.TaxTreatment
) -> tuple[Customer, ordering_pb2.Order]:
    """A company that has ordered ten mailboxes for a year, paid them and has everything."""
    play = desk.play
    customer = play.customer("buyer")
    customer.country = party.address.country
    customer.language = common.LANGUAGE_IT if customer.country == "IT" else common.LANGUAGE_EN
    await customer.begin_trial()
    await customer.save_profile(party)
    quote = await customer.quote(common.CUSTOMER_KIND_COMPANY, common.BILLING_PERIOD_ANNUAL, 10)
    outside = treatment == common.TAX_TREATMENT_OUTSIDE_EU
    assert (quote.tax_treatment, quote.tax_open) == (treatment, outside)
    assert (quote.totals.vat.minor, quote.totals.gross) == (0, quote.totals.net)
    placed = await customer.place_order(quote, method)
    if outside:
        await prove_business(desk, placed.order_id)
    asked = await play.order_when(customer, placed.order_id, lambda order: bool(order.proforma_number))
    if method == common.PAYMENT_METHOD_ONLINE:
        await play.pay_by_card(customer)
    else:
        workflow_id = names.order_id(placed.order_id)
        await desk.stands(workflow_id, "AwaitingPayment")
        answer = await desk.update(workflow_id, "record_bank_transfer", transfer_of(asked))
        assert answer.result == "paid", answer.refusal
    return customer, await play.fulfilled(customer, placed.order_id)


async def _told_of_the_wait(desk: Desk, customer: Customer) -> EmailMessage:
    return await desk.play.inbox.wait_for(
        customer.email, lambda mail: "proof that you are a business" in mail["Subject"], "which proof is wanted"
    )


async def _invoice(desk: Desk, customer: Customer, order: ordering_pb2.Order) -> invoicing_pb2.Document:
    """The invoice as its customer reads it."""
    asked = invoicing_pb2.GetInvoicingDocumentRequest(document_id=order.invoice_id)
    document = (await desk.play.gateway.invoicing.GetInvoicingDocument(asked, metadata=await customer.me())).document
    assert (document.tax_treatment, document.totals) == (order.tax_treatment, order.totals)
    assert {(line.vat_rate, line.nature) for line in document.lines} == {("0.00", "N2.1")}
    assert document.stamp_duty.minor == 200
    return document


async def _xml(desk: Desk, customer: Customer, invoice: invoicing_pb2.Document) -> etree._Element:
    """What was sent to the SdI."""
    asked = invoicing_pb2.GetInvoicingDocumentRequest(document_id=invoice.document_id)
    files = (await desk.play.operator.invoicing.GetInvoicingDocument(asked)).document.files
    (xml,) = [file for file in files if file.kind == invoicing_pb2.FILE_KIND_XML]
    wanted = invoicing_pb2.GetDocumentFileRequest(document_id=invoice.document_id, file_id=xml.file_id)
    answer = await desk.play.gateway.invoicing.GetDocumentFile(wanted, metadata=await customer.me())
    return etree.fromstring(answer.content)


async def _email_of_the_invoice(desk: Desk, customer: Customer, number: str) -> EmailMessage:
    return await desk.play.inbox.wait_for(
        customer.email, lambda mail: mail["Subject"] in {f"Invoice {number}", f"Fattura {number}"}, "the invoice"
    )


async def test_a_german_company_buys_by_card_and_gets_its_reverse_charge_invoice(desk: Desk) -> None:
    play = desk.play
    customer, order = await _bought(desk, _GERMAN, common.PAYMENT_METHOD_ONLINE, common.TAX_TREATMENT_REVERSE_CHARGE)
    await prove_the_end(play, customer, order.order_id)
    listed = ordering_pb2.ListVatChecksRequest(account_id=customer.account_id)
    checks = (await play.operator.ordering.ListVatChecks(listed)).checks
    assert {(check.vat_id, check.finding) for check in checks} == {("DE123456788", ordering_pb2.VAT_FINDING_VALID)}
    assert all(check.consultation_number for check in checks)

    invoice = await _invoice(desk, customer, order)
    xml = await _xml(desk, customer, invoice)
    said = {path: xml.findtext(f".//{path}") for path in (
        "CodiceDestinatario", "CessionarioCommittente//IdPaese", "CessionarioCommittente//IdCodice", "Causale",
        "DettaglioLinee/Natura", "AltriDatiGestionali/TipoDato", "DatiBollo/BolloVirtuale", "EsigibilitaIVA",
    )}  # fmt: skip
    assert said == {
        "CodiceDestinatario": "XXXXXXX",
        "CessionarioCommittente//IdPaese": "DE",
        "CessionarioCommittente//IdCodice": "123456788",
        "Causale": "inversione contabile",
        "DettaglioLinee/Natura": "N2.1",
        "AltriDatiGestionali/TipoDato": "INVCONT",
        "DatiBollo/BolloVirtuale": "SI",
        "EsigibilitaIVA": None,
    }
    mail = await _email_of_the_invoice(desk, customer, invoice.number)
    assert "The attached PDF is your invoice" in mail.as_string()

    # The normal end of an invoice to somebody abroad: the SdI cannot deliver it, and nobody is called.
    sent = await e_invoice_ended(play, invoice.document_id)
    assert (sent.state, sent.abroad) == (invoicing_pb2.TRANSMISSION_STATE_UNDELIVERABLE, True)
    workflow_id = names.e_invoice_id(invoice.document_id)
    await desk.stands(workflow_id, "Undeliverable")
    details = await desk.details(workflow_id)
    assert "the customer abroad has the invoice by email" in details
    assert "NeedsOperator" not in details

    terminal = Terminal({"CASELLA_VAR": str(play.world.site.var)})
    shown, audit = await asyncio.gather(
        terminal.casella("show", "invoice", invoice.document_id), terminal.casella("audit")
    )
    for words in ("reverse charge", "N2.1", "2.00", "abroad"):
        assert words in shown.well().out
    assert "each tied to the other, in sum and date" in audit.well().out


@pytest.mark.parametrize(
    ("party", "treatment", "recipient", "end"),
    [
        (_AMERICAN, common.TAX_TREATMENT_OUTSIDE_EU, "XXXXXXX", "Undeliverable"),
        (_in_livigno(), common.TAX_TREATMENT_OUTSIDE_VAT_TERRITORY, "M5UXCR1", "Delivered"),
    ],
    ids=["outside the EU", "Livigno"],
)
async def test_a_company_outside_the_territory_of_vat_buys_by_transfer_and_its_invoice_is_not_subject(
    desk: Desk, party: common.BillingParty, treatment: common.TaxTreatment, recipient: str, end: str
) -> None:
    customer, order = await _bought(desk, party, common.PAYMENT_METHOD_BANK_TRANSFER, treatment)
    invoice = await _invoice(desk, customer, order)
    xml = await _xml(desk, customer, invoice)
    assert xml.findtext(".//CodiceDestinatario") == recipient
    assert xml.findtext(".//Causale") == "operazione non soggetta"
    assert xml.find(".//AltriDatiGestionali") is None
    await e_invoice_ended(desk.play, invoice.document_id)
    await desk.stands(names.e_invoice_id(invoice.document_id), end)


async def test_where_vies_says_no_an_operator_charges_the_vat_to_which_the_customer_has_consented(desk: Desk) -> None:
    play, why = desk.play, {"reason_code": "no_proof"}
    customer = play.customer("buyer")
    customer.country, customer.language = "DE", common.LANGUAGE_EN
    await customer.begin_trial()
    await customer.save_profile(_GERMAN)
    await vies_says(desk, "DE123456788", "MS_UNAVAILABLE")
    quote = await customer.quote(common.CUSTOMER_KIND_COMPANY, common.BILLING_PERIOD_ANNUAL, 10)
    assert quote.tax_open
    async with without_worker(play):
        placed = await customer.place_order(quote, common.PAYMENT_METHOD_BANK_TRANSFER)
        await vies_says(desk, "DE123456788", "invalid")
    workflow_id = names.order_id(placed.order_id)
    await desk.stands(workflow_id, "NeedsOperator")
    assert "`charge_vat`" in await desk.details(workflow_id)
    await wrongly_filled_in(desk, workflow_id, "charge_vat")
    answer = await desk.update(workflow_id, "charge_vat", why)
    assert answer.result == "charged Italian VAT", answer.refusal
    await desk.stands(workflow_id, "AwaitingPayment")
    asked = await play.order_when(customer, placed.order_id, lambda order: bool(order.proforma_number))
    assert (asked.tax_treatment, asked.totals) == (common.TAX_TREATMENT_DOMESTIC, quote.totals_with_vat)
    assert asked.totals.vat.minor > 0
    await refused(desk, workflow_id, "charge_vat", why, "the tax waits for no decision")
    assert await desk.audited("ordering", placed.order_id) == [(OPERATOR, "tax_charge_vat", "no_proof")]
    await vies_says(desk, "DE123456788", "valid")


async def test_another_company_s_vat_number_waits_for_an_operator_who_sees_both_names(desk: Desk) -> None:
    customer = desk.play.customer("misnamed")
    customer.country, customer.language = "AT", common.LANGUAGE_EN
    await customer.begin_trial()
    await customer.save_profile(_MISNAMED)
    quote, order_id = await _ordered(customer)
    assert quote.tax_open
    workflow_id = names.order_id(order_id)
    await desk.stands(workflow_id, "NeedsOperator")
    assert "Huber" not in await desk.details(workflow_id)
    terminal = Terminal({"CASELLA_VAR": str(desk.play.world.site.var)})
    shown = (await terminal.casella("show", "order", order_id)).well().out
    for words in ("Hans Huber privat", "Beispiel GmbH", "ATU12345675"):
        assert words in shown
    mail = await desk.play.inbox.wait_for(
        customer.email, lambda mail: "still to be confirmed" in mail["Subject"], "that the number is not confirmed"
    )
    assert "Beispiel" not in mail.as_string()
    accepted = await desk.update(workflow_id, "accept_other_proof", {"reason_code": "same_business"})
    assert accepted.result, accepted.refusal
    asked = await desk.play.order_when(customer, order_id, lambda order: bool(order.proforma_number))
    assert asked.tax_treatment == common.TAX_TREATMENT_REVERSE_CHARGE


async def _unproved(desk: Desk, name: str) -> Customer:
    """An American company in trial of which nothing proves that it is one."""
    customer = desk.play.customer(name)
    customer.country, customer.language = "US", common.LANGUAGE_EN
    await customer.begin_trial()
    await customer.save_profile(_AMERICAN)
    return customer


async def _ordered(customer: Customer) -> tuple[ordering_pb2.Quote, str]:
    """The quote that the customer ordered, and the order's id."""
    quote = await customer.quote(common.CUSTOMER_KIND_COMPANY, common.BILLING_PERIOD_ANNUAL, 10)
    return quote, (await customer.place_order(quote, common.PAYMENT_METHOD_BANK_TRANSFER)).order_id


async def _cancelled(desk: Desk, order_id: str) -> None:
    answer = await desk.update(names.order_id(order_id), "cancel_order", {"reason_code": "customer_asked"})
    assert answer.result, answer.refusal
    await desk.stands(names.order_id(order_id), "Cancelled")


async def test_a_business_outside_the_eu_proves_that_it_is_one_before_its_proforma_and_only_once(desk: Desk) -> None:
    play, customer = desk.play, await _unproved(desk, "unproved")
    _, order_id = await _ordered(customer)
    workflow_id = names.order_id(order_id)
    await desk.stands(workflow_id, "NeedsOperator")
    details = await desk.details(workflow_id)
    assert "certificate of its tax authority" in details
    assert "123456789" not in details
    mail = await _told_of_the_wait(desk, customer)
    assert "certificate of your tax authority" in mail.as_string()
    waiting = await customer.order(order_id)
    assert (waiting.state, waiting.proforma_number) == (ordering_pb2.ORDER_STATE_OPEN, "")
    bad = await desk.update(workflow_id, "accept_business_proof", {"reason_code": "proof_seen"})
    assert "tax_certificate" in bad.refusal

    await prove_business(desk, order_id)
    asked = await play.order_when(customer, order_id, lambda order: bool(order.proforma_number))
    assert asked.tax_treatment == common.TAX_TREATMENT_OUTSIDE_EU
    shown = (await Terminal({"CASELLA_VAR": str(play.world.site.var)}).casella("show", "order", order_id)).well().out
    for words in ("Proofs of business outside the EU", "proofs/2026-0042", "US 123456789", "no VAT rests on it"):
        assert words in shown

    await _cancelled(desk, order_id)
    quote, again = await _ordered(customer)
    assert not quote.tax_open
    assert (await play.order_when(customer, again, lambda order: bool(order.proforma_number))).business_proof_id


async def test_a_business_outside_the_eu_without_a_proof_pays_italian_vat(desk: Desk) -> None:
    customer = await _unproved(desk, "charged")
    quote, order_id = await _ordered(customer)
    assert quote.totals_with_vat.vat.minor > 0
    await desk.stands(names.order_id(order_id), "NeedsOperator")
    charged = await desk.update(names.order_id(order_id), "charge_vat", {"reason_code": "no_proof"})
    assert charged.result, charged.refusal
    asked = await desk.play.order_when(customer, order_id, lambda order: bool(order.proforma_number))
    assert (asked.tax_treatment, asked.totals) == (common.TAX_TREATMENT_DOMESTIC, quote.totals_with_vat)

    # A proof that comes later counts from the next order on; the command says what is wrong.
    terminal = Terminal({"CASELLA_VAR": str(desk.play.world.site.var)})
    prove = ("profile", "prove", customer.email, "--proof", "register_extract", "--reason", "proof_seen", "--reference")
    (await terminal.casella(*prove, "Mr Rossi called")).badly(2, "--reference", "where it is filed")
    kept = (await terminal.casella(*prove, "proofs/2026-0043")).well()
    assert "A proof of business is kept for US 123456789" in kept.out
    await _cancelled(desk, order_id)
    quote, _ = await _ordered(customer)
    assert not quote.tax_open
    assert "prove business" in (await terminal.casella("trail", customer.email)).well().out
