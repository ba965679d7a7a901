"""Every code that can come has a meaning in plain words."""

import re
from pathlib import Path

from deploy.local.sdi.findings import MEANINGS as SIMULATED
from services.invoicing import fatturapa
from services.invoicing.sdi.error_meanings import MEANINGS


def test_every_code_of_our_own_checks_and_of_the_simulator_is_explained() -> None:
    sources = Path(fatturapa.__path__[0]).glob("*.py")
    ours = {code for source in sources for code in re.findall(r'"(00\d{3})"', source.read_text())}
    assert len(ours) > 20
    assert sorted((ours | SIMULATED.keys()) - MEANINGS.keys()) == []
