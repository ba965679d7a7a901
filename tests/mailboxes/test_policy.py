"""The operator's policy: what the file leaves out is usual, what is wrong in it is named."""

from pathlib import Path

import pytest

from services.kit.operator_files import BadFile, read_section
from services.mailboxes.domain.accounts import Entitlement
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
    assert found.public_suffixes == {"com.it", "demo.example"}


def test_the_trial_is_as_the_provider_describes_it(tmp_path: Path) -> None:
    for policy in (load(None), load(written(tmp_path, "")), load(written(tmp_path, "ordering: {quote_days: 3}"))):
        trial = policy.trial.entitlement
        assert (trial.max_domains, trial.places, trial.messages_per_day, trial.recipients_per_day) == (
            5,
            {8: 25},
            25,
            100,
        )


def together(entitlement: Entitlement) -> tuple[int | None, int | None]:
    return entitlement.account_messages_per_day, entitlement.account_recipients_per_day


def test_the_accounts_limits_follow_the_number_of_mailboxes(tmp_path: Path) -> None:
    policy = load(written(tmp_path, "mailboxes: {trial: {mailboxes: 30}}"))
    assert together(policy.trial.entitlement) == (30 * 25, 30 * 100)
    assert together(policy.paid.annual({8: 2, 50: 1})) == (3 * 1000, 3 * 3000)
    assert together(policy.paid.monthly(5)) == (None, None)  # they follow what there is: test_new_contracts.py


def test_the_accounts_limits_are_the_operators_where_he_names_them(tmp_path: Path) -> None:
    limits = "{account_messages_per_day: 70, account_recipients_per_day: 80}"
    policy = load(written(tmp_path, f"mailboxes: {{trial: {limits}, paid: {limits}}}"))
    assert together(policy.trial.entitlement) == together(policy.paid.annual({8: 1})) == (70, 80)
    assert together(policy.paid.monthly(5)) == (70, 80)


@pytest.mark.parametrize(
    ("written_down", "ordered", "most"),
    [("{}", 5, 25), ("{}", 6, 30), ("{}", 500, 1000), ("{new_monthly_mailboxes: 10, new_monthly_times: 1}", 12, 12)],
)
def test_a_new_monthly_contract_may_have_5_times_what_was_ordered_and_25_at_least(
    tmp_path: Path, written_down: str, ordered: int, most: int
) -> None:
    policy = load(written(tmp_path, f"mailboxes: {{paid: {written_down}}}"))
    assert policy.paid.monthly(ordered).places == {100: most}
    assert policy.paid.confirmed_monthly == {100: 1000}


def test_without_a_limit_of_one_mailbox_there_is_none_of_all_together(tmp_path: Path) -> None:
    policy = load(written(tmp_path, "mailboxes: {paid: {messages_per_day: null, recipients_per_day: null}}"))
    assert together(policy.paid.annual({8: 1})) == (None, None)


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
