"""Each kind of bad input that a policy has to stand is tried on a real database: which test tries what."""

import ast
import re

import pytest

from tests.support.processes.bots import ROOT

ROWS: dict[str, list[tuple[str, str]]] = {
    "two people decide in the same millisecond from two replicas": [
        ("tests/flow/policy/test_policy.py", "test_two_people_who_vote_in_the_same_moment_both_count"),
        (
            "tests/scenario/processes/test_replicas.py",
            "test_when_three_decide_at_once_one_counts_and_the_others_are_notified_privately",
        ),
    ],
    "a quorum is reached while an expiry fires": [
        (
            "tests/flow/timers/test_timers.py",
            "test_an_expiry_and_the_last_vote_of_a_quorum_in_the_same_moment",
        ),
    ],
    "the last vote is withdrawn while the decision is saved": [
        (
            "tests/flow/policy/attacks/test_people_who_change.py",
            "test_the_last_vote_is_taken_back_while_the_decision_is_saved",
        ),
        (
            "tests/flow/policy/attacks/test_policy_bad_input.py",
            "test_the_only_vote_is_withdrawn_while_the_decision_is_saved",
        ),
    ],
    "a group is emptied, renamed or deleted while pending": [
        ("tests/slack/directories/test_groups_that_change.py", "test_nobody_decides_until_it_is_as_it_was"),
        (
            "tests/slack/directories/test_groups_that_change.py",
            "test_a_deleted_group_decides_nothing_and_its_new_namesake_does",
        ),
        (
            "tests/security/authorization/test_changes_while_a_card_waits.py",
            "test_no_form_that_was_opened_before_is_taken_after",
        ),
    ],
    "an approver is removed, or their account deactivated, between opening a form and sending it": [
        (
            "tests/security/authorization/test_changes_while_a_card_waits.py",
            "test_no_form_that_was_opened_before_is_taken_after",
        ),
    ],
    "a clock jumps by a day either way": [
        ("tests/flow/timers/test_timers.py", "test_a_clock_that_jumps_by_a_day_either_way"),
    ],
    "a policy of 1,000 rules": [
        (
            "tests/flow/policy/attacks/test_policy_bad_input.py",
            "test_of_a_thousand_rules_the_last_decides_in_no_time",
        ),
    ],
    "conditions that loop, allocate, divide by zero or name what is not there": [
        (
            "tests/flow/policy/attacks/test_policy_bad_input.py",
            "test_a_condition_that_cannot_be_judged_asks_the_strict_way_or_is_refused_at_once",
        ),
    ],
    "an archived post_to channel": [
        (
            "tests/scenario/policy/test_policy_over_the_wire.py",
            "test_an_archived_channel_leaves_the_card_in_the_thread",
        ),
    ],
    "an approval whose rule no longer exists": [
        (
            "tests/flow/policy/attacks/test_people_who_change.py",
            "test_a_policy_without_the_rule_leaves_its_seats_and_its_delegates",
        ),
    ],
    "a ledger that its owner edited": [
        ("tests/store/approvals/test_ledger.py", "test_what_the_owner_does_to_it_shows"),
    ],
    "a ledger that was cut at the end": [
        ("tests/store/approvals/test_ledger.py", "test_a_cut_tail_shows_against_its_anchor"),
    ],
    "a ledger that was restored from an old backup": [
        (
            "tests/flow/policy/attacks/test_policy_bad_input.py",
            "test_a_ledger_that_was_restored_from_an_older_backup_shows_against_its_anchor",
        ),
    ],
}
_OPENS_A_DATABASE = re.compile(r"database_url|database_template|new_place|postgres")


@pytest.mark.parametrize(("path", "name"), sorted({named for names in ROWS.values() for named in names}))
def test_what_is_named_exists_and_its_file_opens_a_database(path: str, name: str) -> None:
    file = ROOT / path
    source = file.read_text()
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.AsyncFunctionDef))
    assert name in {node.name for node in functions}
    below = [folder for folder in file.parents if ROOT / "tests" in folder.parents]  # all may have a database
    shared = (folder / "conftest.py" for folder in below)
    fixtures = "".join(each.read_text() for each in (file, *shared) if each.exists())
    assert _OPENS_A_DATABASE.search(fixtures)
