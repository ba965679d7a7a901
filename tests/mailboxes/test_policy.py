"""The operator's policy: what the file leaves out is usual, what is wrong in it is named."""

from pathlib import Path

import pytest

from services.kit.operator_files import BadFile, read_section
from services.mailboxes.policy import MailboxesPolicy


def load(path: Path | None) -> MailboxesPolicy:
    return read_section(path, ("mailboxes",), MailboxesPolicy)


def written(folder: Path, text: str) -> Path:
    path = folder / "policy.yaml"
    path.write_text(text)
    return path


def test_the_file_of_the_repository_says_what_is_usual() -> None:
    found = load(Path("deploy/policy.yaml"))
    lists: dict[str, frozenset[str]] = {"reserved_domains": frozenset(), "public_suffixes": frozenset()}
    assert found.model_copy(update=lists) == MailboxesPolicy()
    assert found.reserved_domains >= {"local", "gmail.com", "libero.it", "pec.it"}
    assert found.public_suffixes >= {"co.uk", "gov.it"}


def test_the_trial_is_as_the_provider_describes_it(tmp_path: Path) -> None:
    for policy in (load(None), load(written(tmp_path, "")), load(written(tmp_path, "ordering: {quote_days: 3}"))):
        trial = policy.trial.entitlement
        assert (trial.max_domains, trial.places, trial.messages_per_day, trial.recipients_per_day) == (
            5,
            {8: 25},
            25,
            100,
        )


def test_the_accounts_limit_follows_the_number_of_mailboxes(tmp_path: Path) -> None:
    policy = load(written(tmp_path, "mailboxes: {trial: {mailboxes: 30}}"))
    assert policy.trial.entitlement.account_messages_per_day == 30 * 25


def test_reserved_names_are_compared_in_their_ascii_form(tmp_path: Path) -> None:
    policy = load(written(tmp_path, "mailboxes: {reserved_domains: [Caffè.example, LOCAL]}"))
    assert policy.reserved_domains == {"xn--caff-8oa.example", "local"}


def test_every_wrong_entry_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "mailboxes: {trial: {size_gb: 9, domains: 0}, paid: {ceiling: 1}}")
    with pytest.raises(BadFile) as refused:
        load(path)
    assert [problem.partition(":")[0] for problem in refused.value.problems] == [
        "mailboxes.trial.domains",
        "mailboxes.trial.size_gb",
        "mailboxes.paid.ceiling",
    ]


def test_a_file_that_is_missing_or_no_yaml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile):
        load(tmp_path / "missing.yaml")
    with pytest.raises(BadFile):
        load(written(tmp_path, "mailboxes: {"))
