"""Whether VIES's name can be the billing profile's: only a wholly different one differs."""

import pytest

from services.ordering.domain.company_names import agree


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Beispiel GmbH", ""),
        ("Beispiel GmbH", "BEISPIEL GESELLSCHAFT MBH"),
        ("Müller Hosting GmbH", "MUELLER HOSTING"),
        ("Sørensen ApS", "SOERENSEN APS"),
        ("Exemple", "SAS EXEMPLE"),
        ("Mailhaus s.r.o.", "Mail Haus, spol. s r.o."),
        ("Acme S.à r.l.", "ACME SA"),
        ("A. B. C. Consulting", "ABC CONSULTING NV"),
        ("O'Brien", "OBRIEN LIMITED"),
        ("Hans Huber", "HUBER HANS"),
        ("Żółta Łódź Sp. z o.o.", "ZOLTA LODZ SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ"),
        ("Paradeigma AE", "ΠΑΡΑΔΕΙΓΜΑ ΑΕ||ΠΑΡΑΔΕΙΓΜΑ"),
        ("Шуменска ООД", "SHUMENSKA OOD"),
        ("3M", "3M BELGIUM"),
        ("Mailhaus GmbH", "MAIL HAUS EUROPA GMBH"),
        ("Ås AB", "ÅS AB"),
    ],
)
def test_names_that_can_be_of_one_business_agree(name: str, told: str) -> None:
    assert agree(name, told)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Hans Huber privat", "Beispiel GmbH"),
        ("Foo S.A.", "Bar SA"),
        ("Foo S. A.", "BAR S.A."),
        ("Alfa Sp. z o.o.", "BETA SP. Z O.O."),
        ("Smith & Sons Ltd", "THE OTHER SHOP LTD"),
        ("Società Rossi di Rossi e figli", "SOCIETÀ BIANCHI DI BIANCHI E FIGLIE"),
        ("Παπαδόπουλος Α.Ε.", "ΠΑΡΑΔΕΙΓΜΑ ΑΕ"),
        ("GmbH", "AG"),
        ("Beispielsweise Hans Huber", "Beispiel GmbH"),
        ("Rosso Mail", "Sso Ltd"),
    ],
)
def test_neither_legal_form_nor_little_words_make_two_businesses_one(name: str, told: str) -> None:
    assert not agree(name, told)
