"""Every rule of docs/rules.md has a test whose name says it: `rules.toml` beside this file says which."""

import ast
import re
import tomllib
from functools import cache
from itertools import groupby
from pathlib import Path

from tests.docs.pages import ROOT, page, rows_of

RULES = page("docs/rules.md")
MAP = Path(__file__).with_name("rules.toml")
_WHERE = MAP.relative_to(ROOT)
Rule = tuple[str, str]
"""Section and first cell."""


def rules() -> list[Rule]:
    """The rows of the page, in its order, each under the nearest heading above it."""
    sections = re.split(r"^##+ (.+)$", RULES.text, flags=re.MULTILINE)[1:]
    return [(name, row[0]) for name, text in zip(sections[::2], sections[1::2], strict=True) for row in rows_of(text)]


def shown() -> dict[Rule, list[str]]:
    """The tests of each rule of the map."""
    content = tomllib.loads(MAP.read_text(encoding="utf-8"))
    return {(section, rule): tests for section, entries in content.items() for rule, tests in entries.items()}


@cache
def functions_of(path: str) -> frozenset[str]:
    """The names of a file's test functions; none where there is no such file. A parametrized one counts once."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    functions = (node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(function.name for function in functions if function.name.startswith("test_"))


def as_toml(missing: list[Rule]) -> str:
    """What to add to the map for these rules."""
    lines = [
        "\n".join([f"[{_key(section)}]", *(f'{_key(rule)} = ["tests/….py::test_…"]' for _, rule in rules_of)])
        for section, rules_of in groupby(missing, key=lambda rule: rule[0])
    ]
    return "\n\n".join(lines)


def _key(text: str) -> str:
    """A key as TOML wants it."""
    return text if re.fullmatch(r"[\w-]+", text, re.ASCII) else f'"{text}"'


def test_every_rule_has_a_test() -> None:
    found = shown()
    missing = [rule for rule in rules() if not found.get(rule)]
    assert not missing, (
        f"docs/rules.md has rules of which no test is named. Add to {_WHERE} a test that fails when the rule is broken"
        " and whose name says the rule (write it, or rename one that shows it):\n\n" + as_toml(missing)
    )


def test_every_rule_has_a_name_of_its_own() -> None:
    names = rules()
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_the_map_names_no_rule_that_is_gone() -> None:
    gone = [f"{section}: {name}" for section, name in shown().keys() - set(rules())]
    assert not gone, f"docs/rules.md has no such row any more; rename or remove in {_WHERE}: {'; '.join(sorted(gone))}"


def test_every_test_that_the_map_names_exists() -> None:
    named = {test for tests in shown().values() for test in tests}
    gone = sorted(test for test in named if test.partition("::")[2] not in functions_of(test.partition("::")[0]))
    assert not gone, f"{_WHERE} names tests that do not exist (any more): {', '.join(gone)}"
