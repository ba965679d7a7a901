"""The operator's files: a section says what differs from the usual, and every mistake is named by its place."""

from pathlib import Path

import pytest

from services.kit.operator_files import BadFile, Section, read_section


class Limits(Section):
    mailboxes: int = 25
    domains: int = 5


def written(folder: Path, text: str) -> Path:
    path = folder / "policy.yaml"
    path.write_text(text)
    return path


def test_what_a_section_leaves_out_keeps_its_usual_value(tmp_path: Path) -> None:
    names = ("mailboxes", "trial")
    assert read_section(written(tmp_path, "mailboxes: {trial: {domains: 7}}"), names, Limits) == Limits(domains=7)
    for text in ("", "trial: {}", "mailboxes:", "mailboxes: {trial: }"):
        assert read_section(written(tmp_path, text), names, Limits) == Limits()
    assert read_section(None, names, Limits) == Limits()


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("mailboxes: {trial: {domains: x, mailbox: 3}}", ["mailboxes.trial.domains", "mailboxes.trial.mailbox"]),
        ("mailboxes: {trial: [1]}", ["mailboxes.trial"]),
        ("mailboxes: many", ["mailboxes"]),
        ("- mailboxes", ["file"]),
        ("mailboxes: {trial: {domains: 1, domains: 2}}", ["it is not valid YAML"]),
    ],
)
def test_every_mistake_is_named_by_its_place(tmp_path: Path, text: str, places: list[str]) -> None:
    with pytest.raises(BadFile) as refused:
        read_section(written(tmp_path, text), ("mailboxes", "trial"), Limits)
    assert [problem.partition(":")[0] for problem in refused.value.problems] == places
