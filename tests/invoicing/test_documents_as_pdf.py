"""The printed documents: what they say in both languages, PDF/A-3b with the XML inside, the same bytes each time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.invoicing.domain.credits import CreditReason, RefundMethod, RefundPart, ServedDays
from services.invoicing.domain.customers import Address, CustomerKind
from services.invoicing.domain.documents import Document, Language, Payment, PaymentMethod
from services.invoicing.domain.tax import Natura, TaxTreatment
from services.invoicing.fatturapa.composing import compose_invoice
from services.invoicing.pdf.formats import Formats, breakable
from services.invoicing.pdf.texts import TEXTS
from services.invoicing.pdf.typesetting import Typesetter
from services.invoicing.pdf.view import invoice_view, printed_view, proforma_view
from services.invoicing.pdf.writer import View
from services.kit.calendar import end_of_day, start_of_day
from services.kit.causes import PeriodCause
from services.kit.localized import groups_of_four
from services.kit.money import Money
from tests.invoicing.documents import (
    ISSUER,
    TRANSFER,
    business_abroad,
    credit_note,
    customer,
    invoice,
    less,
    line,
    part_payment,
    private_person,
    proforma,
    untaxed,
)
from tests.invoicing.kinds import xml_of
from tests.support.pdf_parts import pages, streams

XML_NAME = "IT07123450483_00001.xml"


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter(ISSUER)


def words(view: View) -> str:
    """All that a view says, in one text."""

    def every(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [text for item in value.values() for text in every(item)]
        if isinstance(value, list):
            return [text for item in value for text in every(item)]
        return [str(value)]

    return "\n".join(every(view))


def test_an_italian_proforma_tells_an_accountant_everything() -> None:
    said = words(proforma_view(proforma(customer=customer(contact_person="Łucja Kowalska", pec="a@pec.it")), ISSUER))
    for expected in (
        "Proforma", "P2026/1", "02/03/2026", "Casella Esempio S.r.l.", "Via dei Servi 12", "50122 Firenze (FI)",
        "Partita IVA IT07123450483", "Codice fiscale 07123450483", "Registro delle Imprese di Firenze n. 07123450483",
        "REA FI-712345", "Capitale sociale versato 10.000,00\xa0€",
        "PEC fatture@pec.casella.example", "+39 0550123456",
        "Officine Ferrarini & Figli S.n.c.", "40138 Bologna (BO)", "IT01234567897",
        "M5UXCR1", "Alla c.a. di Łucja Kowalska", "Casella email 8 GB, canone mensile", "7", "1,50\xa0€", "22%",
        "Totale imponibile", "10,50\xa0€", "Totale IVA", "2,31\xa0€", "Totale da pagare", "12,81\xa0€",
        "Come pagare con bonifico", "IT60 X054 2811 1010 0000 0123 456", "RF18 5390 0754 7034",
        "Documento non valido ai fini fiscali.",
    ):  # fmt: skip
        assert expected in said
    assert "copia di cortesia" not in said.lower()


def test_an_english_invoice_says_that_it_is_a_courtesy_copy_and_how_it_was_paid() -> None:
    paid = Payment(method=PaymentMethod.ONLINE, reference="pi_3Pabc", proforma_number="P2026/4")
    lines = (line(period_start=date(2026, 3, 2), period_end=date(2027, 3, 1)),)
    document = invoice(language=Language.EN, customer=private_person(), payment=paid, lines=lines)
    said = words(invoice_view(document, ISSUER, XML_NAME))
    for expected in (
        "Invoice", "Courtesy copy", "2026/1", "P2026/4", "period 2 March 2026 – 1 March 2027", "€10.50", "€12.81",
        "Invoice total", "Paid by card or PayPal on 2 March 2026.", "pi_3Pabc", "Italian tax code", "RSSNNA80A41D612P",
        "Paid-up share capital €10,000.00", "will be available in your reserved area on the website of the",
    ):  # fmt: skip
        assert expected in said


@pytest.mark.parametrize(
    ("language", "sent", "portal"),
    [
        (Language.IT, "che viene trasmessa al Sistema di Interscambio", "portale «Fatture e corrispettivi»"),
        (Language.EN, "which is being sent to the Italian exchange system", "portal “Fatture e corrispettivi”"),
    ],
)
def test_a_courtesy_copy_says_of_the_original_what_is_true_before_it_arrives(
    language: Language, sent: str, portal: str
) -> None:
    business = words(invoice_view(invoice(language=language), ISSUER, XML_NAME))
    person = words(invoice_view(invoice(language=language, customer=private_person()), ISSUER, XML_NAME))
    assert sent in business
    assert sent in person
    assert portal in business
    assert portal not in person


def test_a_proforma_to_pay_online_leads_to_the_emails_link_and_names_no_bank() -> None:
    said = words(proforma_view(proforma(payment=Payment(method=PaymentMethod.ONLINE)), ISSUER))
    assert "apri il link nell’email con cui hai ricevuto questa proforma" in said
    assert "IBAN" not in said


@pytest.mark.parametrize(
    ("language", "until", "says"),
    [
        (Language.IT, datetime(2026, 3, 17, 22, 59, 59, 999999, tzinfo=UTC), "Da pagare entro\n17/03/2026\n"),
        (Language.EN, datetime(2026, 7, 17, 21, 59, 59, 999999, tzinfo=UTC), "To be paid by\n17 July 2026\n"),
        (Language.IT, datetime(2026, 3, 17, 13, 5, tzinfo=UTC), "Da pagare entro\n17/03/2026, 14:05\n"),
    ],
)
def test_a_proforma_names_the_last_day_on_which_it_can_be_paid(language: Language, until: datetime, says: str) -> None:
    for payment in (
        Payment(method=PaymentMethod.BANK_TRANSFER, transfer=TRANSFER),
        Payment(method=PaymentMethod.ONLINE),
    ):
        asked = proforma(language=language, payment=replace(payment, payable_until=until))
        assert says in words(proforma_view(asked, ISSUER))
    assert TEXTS[language]["payable_until"] not in words(proforma_view(proforma(language=language), ISSUER))


@pytest.mark.parametrize(
    ("language", "label"),
    [(Language.IT, "Da pagare subito; scaduta il\n{}\n"), (Language.EN, "To be paid at once; was due on\n{}\n")],
)
def test_a_proforma_whose_last_day_had_passed_before_its_own_day_is_to_be_paid_at_once(
    language: Language, label: str
) -> None:
    own = proforma(language=language).date
    for last in (own - timedelta(days=1), own):
        payment = Payment(method=PaymentMethod.ONLINE, payable_until=end_of_day(start_of_day(last)))
        text = words(proforma_view(proforma(language=language, payment=payment), ISSUER))
        assert (label.format(Formats(language).day(last)) in text) is (last < own)
        assert (TEXTS[language]["payable_until"] in text) is (last == own)


@pytest.mark.parametrize(
    ("language", "covered", "awaited"),
    [(Language.IT, "non c’è nulla da pagare", "al ricevimento del pagamento"),
     (Language.EN, "there is nothing to pay", "once the payment has arrived")],
)  # fmt: skip
def test_a_proforma_that_credit_covers_asks_for_nothing_by_no_day(
    language: Language, covered: str, awaited: str
) -> None:
    until = datetime(2026, 3, 17, 22, 59, 59, 999999, tzinfo=UTC)
    payment = Payment(method=PaymentMethod.ONLINE, payable_until=until, credit_minor=12_81)
    said = words(proforma_view(proforma(language=language, payment=payment), ISSUER))
    assert TEXTS[language]["payable_until"] not in said
    assert awaited not in said
    assert said.count(covered) == 2
    part = replace(payment, credit_minor=12_80)
    said = words(proforma_view(proforma(language=language, payment=part), ISSUER))
    assert TEXTS[language]["payable_until"] in said
    assert awaited in said


@pytest.mark.parametrize(
    ("language", "said", "accrued"),
    [(Language.IT, "al ricevimento del pagamento", "o entro il 15 del mese successivo al servizio."),
     (Language.EN, "once the payment has arrived", "or by the 15th of the month after the service.")],
)  # fmt: skip
def test_only_the_proforma_of_a_business_s_period_abroad_says_that_its_invoice_may_come_unpaid(
    language: Language, said: str, accrued: str
) -> None:
    period = PeriodCause(UUID(int=7), 2)
    sold = untaxed(TaxTreatment.REVERSE_CHARGE, business_abroad(), language=language)
    abroad = proforma(language=language, treatment=sold.treatment, customer=sold.customer, lines=sold.lines)
    in_livigno = replace(abroad, treatment=TaxTreatment.OUTSIDE_VAT_TERRITORY, cause=period)
    private = replace(in_livigno.customer, kind=CustomerKind.PRIVATE)
    for asked, tells in (
        (replace(abroad, cause=period), True),
        (in_livigno, True),
        (replace(in_livigno, customer=private), False),
        (abroad, False),
        (proforma(language=language, cause=period), False),
    ):
        notice = proforma_view(asked, ISSUER)["notices"][0]
        assert said in notice
        assert (accrued in notice) is tells


def test_an_american_tax_id_is_written_as_the_americans_do() -> None:
    buyer = business_abroad("US", "123456789")
    said = words(printed_view(untaxed(TaxTreatment.OUTSIDE_EU, buyer, language=Language.EN), ISSUER, ""))
    assert "12-3456789" in said
    other = business_abroad("CH", "123456789")
    said = words(printed_view(untaxed(TaxTreatment.OUTSIDE_EU, other, language=Language.EN), ISSUER, ""))
    assert "123456789" in said


@pytest.mark.parametrize("language", list(Language))
def test_stamp_duty_that_is_charged_is_excluded_by_a_law_that_is_named(language: Language) -> None:
    duty = line(2, 1, 200, "0", natura=Natura.EXCLUDED, description="Imposta di bollo")
    sold = untaxed(TaxTreatment.REVERSE_CHARGE, business_abroad(), language=language)
    said = words(printed_view(replace(sold, lines=(*sold.lines, duty)), ISSUER, ""))
    assert "rt. 15" in said
    assert "(N1)" in said


def test_both_languages_have_the_same_texts() -> None:
    assert TEXTS["it"].keys() == TEXTS["en"].keys()
    assert all(text.strip() for language in TEXTS.values() for text in language.values())


@pytest.mark.parametrize("language", list(Language))
def test_equal_documents_make_equal_bytes(typesetter: Typesetter, language: Language) -> None:
    asked, paid = proforma(language=language), invoice(language=language)
    xml = xml_of(paid)
    other = Typesetter(ISSUER)
    assert typesetter.proforma(asked) == other.proforma(asked)
    assert typesetter.invoice(paid, XML_NAME, xml) == other.invoice(paid, XML_NAME, xml)
    assert typesetter.proforma(asked) != typesetter.proforma(replace(asked, number="P2026/2"))


def test_threads_may_share_a_typesetter(typesetter: Typesetter) -> None:
    wanted = [typesetter.proforma(proforma(number=f"P2026/{number}")) for number in range(8)]
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda n: typesetter.proforma(proforma(number=f"P2026/{n}")), range(8)))
    assert made == wanted


def test_an_invoice_is_pdf_a_3b_with_the_very_xml_inside(typesetter: Typesetter) -> None:
    xml = xml_of(invoice())
    pdf = typesetter.invoice(invoice(), XML_NAME, xml)
    inside = streams(pdf)
    whole = pdf + b"".join(inside)
    assert xml in inside
    assert b"<pdfaid:part>3</pdfaid:part>" in whole
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in whole
    assert b"/AFRelationship/Alternative" in whole.replace(b" /", b"/")
    assert XML_NAME.encode() in whole


def test_a_proforma_carries_no_file(typesetter: Typesetter) -> None:
    assert b"/EmbeddedFile" not in typesetter.proforma(proforma())


@pytest.mark.parametrize(("count", "least", "most"), [(1, 1, 1), (16, 1, 2), (300, 8, 20)])
def test_many_lines_flow_over_pages(typesetter: Typesetter, count: int, least: int, most: int) -> None:
    lines = tuple(line(number, number, number) for number in range(1, count + 1))
    assert least <= pages(typesetter.invoice(invoice(lines=lines), XML_NAME, b"<x/>")) <= most


def test_texts_that_look_like_markup_stay_text(typesetter: Typesetter) -> None:
    nasty = '#import "x" $a$ *b* _c_ @d <e> `f` \\ // {} [] ='
    document = _named(nasty)
    assert typesetter.proforma(document).startswith(b"%PDF-1.7")
    assert nasty in words(proforma_view(document, ISSUER)).replace("\u200b", "")


def _named(name: str) -> Document:
    address = Address(name[:60], "50123", name[:60], "FI", "IT")
    return proforma(customer=customer(company_name=name, address=address), lines=(line(description=name),))


def test_a_letter_that_the_typeface_lacks_does_not_stop_a_document(typesetter: Typesetter) -> None:
    drawn = customer(company_name="Gelateria 🍦 𠜎 Ferrarini")
    proforma_pdf = typesetter.proforma(replace(proforma(), customer=drawn))
    assert pages(proforma_pdf) == 1
    composed = replace(invoice(), customer=drawn)
    assert typesetter.invoice(composed, XML_NAME, xml_of(composed)) == typesetter.invoice(
        composed, XML_NAME, xml_of(composed)
    )


def test_long_words_may_break_and_short_ones_stay_as_they_are() -> None:
    assert breakable("Viale dell'Industria 145") == "Viale dell'Industria 145"
    long = "un.indirizzo.molto-lungo@pec.example.it"
    assert breakable(long).replace("\u200b", "") == long
    assert "@\u200b" in breakable(long)
    assert max(len(part) for part in breakable("x" * 100).split("\u200b")) <= 24


def test_codes_are_read_out_in_fours() -> None:
    assert groups_of_four("RF18539007547034") == "RF18 5390 0754 7034"
    assert groups_of_four("") == ""


def test_an_address_copied_out_of_the_pdf_holds_no_invisible_letter(typesetter: Typesetter) -> None:
    pec = "un.indirizzo.davvero.molto-lungo.di-posta@pec.officine-ferrarini-e-figli.example.it"
    pdf = typesetter.proforma(proforma(customer=customer(pec=pec, recipient_code=""), lines=(line(description=pec),)))
    spoken = [stream.upper() for stream in streams(pdf) if b"begincmap" in stream or b"ActualText" in stream]
    assert spoken
    assert not [stream for stream in spoken if b"200B" in stream]


def test_an_italian_credit_note_names_its_invoice_its_reason_and_the_refund() -> None:
    served = ServedDays(date(2026, 3, 2), date(2026, 3, 5), 31)
    note = credit_note(
        invoice(customer=private_person()), 1116, served=served, refund_method=RefundMethod.BANK_TRANSFER
    )
    said = words(printed_view(note, ISSUER, XML_NAME)).replace("\u200b", "")
    for expected in (
        "Nota di credito", "Copia di cortesia", "2026/2", "06/03/2026", "Sulla fattura\n2026/1 del 02/03/2026",
        "giorni di servizio che restano dovuti: 4 su 31 (dal 02/03/2026 al 05/03/2026)", "9,15\xa0€", "2,01\xa0€",
        "Totale accreditato\n11,16\xa0€", "Motivo e rimborso", "ai sensi dell'art. 26, comma 2, D.P.R. 633/1972",
        "L’importo ti viene restituito con bonifico bancario.", "L’originale è la nota di credito elettronica",
        "File XML della nota di credito elettronica",
    ):  # fmt: skip
        assert expected in said
    assert "Pagata" not in said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.IT, ("2,80 € ti vengono restituiti con bonifico", "8,36 € ti vengono restituiti sulla carta")),
        (Language.EN, ("€2.80 is returned to you by bank transfer", "€8.36 is returned to the card or PayPal")),
    ],
)
def test_a_credit_note_that_goes_back_in_two_ways_names_both_with_their_amounts(
    language: Language, said: tuple[str, ...]
) -> None:
    other = RefundPart(RefundMethod.BANK_TRANSFER, Money(280))
    note = credit_note(invoice(language=language), 1116, refund_method=RefundMethod.ONLINE, other_refund=other)
    shown = words(printed_view(note, ISSUER, XML_NAME))
    for each in said:
        assert each in shown
    assert "L’importo ti viene" not in shown
    assert "The amount is" not in shown
    paid = compose_invoice(note, ISSUER, "00001").payments
    assert [(each.means, str(each.amount)) for each in paid] == [("MP08", "8.36"), ("MP05", "2.80")]


def test_an_english_credit_note_to_a_customer_abroad_is_the_note_itself() -> None:
    sold = untaxed(TaxTreatment.REVERSE_CHARGE, business_abroad(), language=Language.EN)
    said = words(printed_view(credit_note(sold, reason=CreditReason.CORRECTION), ISSUER, ""))
    for expected in (
        "Credit note", "On invoice\n2026/1 of 2 March 2026", "Full credit of invoice 2026/1", "Total credited\n€105.00",
        "Reason\nCredit note: invoicing error found on 5 March 2026.", "Reverse charge", "stamp duty of €2.00",
    ):  # fmt: skip
        assert expected in said
    assert "ourtesy" not in said
    assert "refund" not in said.lower()


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("reason", list(CreditReason))
def test_every_reason_and_refund_has_its_own_words(language: Language, reason: CreditReason) -> None:
    notes = [
        credit_note(invoice(language=language), reason=reason, refund_method=method) for method in (None, *RefundMethod)
    ]
    assert len({words(printed_view(note, ISSUER, XML_NAME)) for note in notes}) == len(notes)
    others = [credit_note(invoice(language=language), reason=other) for other in CreditReason]
    assert len({words(printed_view(note, ISSUER, XML_NAME)) for note in others}) == len(others)


def test_a_credit_note_names_the_invoices_that_it_amends_one_a_line() -> None:
    sale = invoice()
    one = part_payment(sale, 5_00)
    two = part_payment(sale, 4_00, one)
    note = credit_note(sale, advances=less(sale, one, two).advances)
    view = printed_view(note, ISSUER, XML_NAME)
    assert view["facts"][-1]["value"].split("\n") == [
        "2026/1 del 02/03/2026", f"{one.number} del 01/03/2026", f"{two.number} del 01/03/2026",
    ]  # fmt: skip


def test_a_credit_note_carries_its_xml(typesetter: Typesetter) -> None:
    note = credit_note(invoice())
    assert xml_of(note) in streams(typesetter.invoice(note, XML_NAME, xml_of(note)))
