"""The demo's people have tax ids that are theirs by their names."""

import pytest
from stdnum.it import codicefiscale

from deploy.local.demo.people import private_person


@pytest.mark.parametrize(
    ("first_name", "last_name", "letters"),
    [
        ("Anna", "Rossi", "RSSNNA"),
        ("Zenobia", "Quattrocchi", "QTTZNB"),
        ("Alessandra", "Fo", "FOXLSN"),
        ("Mia", "Re", "REXMIA"),
    ],
)
def test_a_codice_fiscale_has_the_letters_of_the_name_and_a_womans_day_of_birth(
    first_name: str, last_name: str, letters: str
) -> None:
    for _ in range(20):
        code = private_person(first_name, last_name).codice_fiscale
        assert code.startswith(letters)
        assert codicefiscale.is_valid(code)
        assert codicefiscale.get_gender(code) == "F"
