"""Behind the public address every link of an email leads somewhere, and the integrator's page says to which side."""

import re

from gateway.web import SITE_PAGES
from tests.docs.pages import ROOT, page

_LINK = re.compile(r"\{(?:self\.)?(?:public_url|_base)\}/(\w+)")
"""How the services put a path behind it."""


def test_the_paths_that_go_to_the_providers_own_site_are_those_of_the_links() -> None:
    text = page("docs/integrating.md").section("A customer's way, call by call").replace("\n", " ")
    sentence = re.search(r"Behind that address send (.+) to Casella's gateway, and (.+) to your own site", text)
    assert sentence
    to_gateway, to_site = (set(re.findall(r"`/(\w+)/?`", part)) for part in sentence.groups())
    linked = {path for file in (ROOT / "services").rglob("*.py") for path in _LINK.findall(file.read_text())}
    assert linked == to_site | to_gateway - {"webhooks"}
    assert to_site == {"confirm", *SITE_PAGES}
