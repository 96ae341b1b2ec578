"""Every key that the policy file takes has a scenario, over both transports, under a rule that has it."""

import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

from countersign.approvals.policy.reading import keys
from tests.scenario.policy import test_grants_over_the_wire as grants_over_the_wire
from tests.scenario.policy import test_policy_keys as policy_keys
from tests.scenario.policy import test_policy_over_the_wire as over_the_wire
from tests.support import place as place_module

SCENARIOS: dict[str, object] = {
    "name": policy_keys.test_a_rule_is_for_some_arguments_and_the_first_that_matches_counts,
    "graph": over_the_wire.test_at_a_breakpoint_what_is_redacted_of_the_state_is_nowhere,
    "action": policy_keys.test_a_rule_is_for_a_channel,
    "channel": policy_keys.test_a_rule_is_for_a_channel,
    "requester": policy_keys.test_a_rule_is_for_a_requester,
    "when": policy_keys.test_a_rule_is_for_some_arguments_and_the_first_that_matches_counts,
    "approvers": policy_keys.test_each_set_is_filled_by_somebody_else,
    "quorum": policy_keys.test_so_many_approvals_or_so_many_rejections_end_it,
    "rejections": policy_keys.test_so_many_approvals_or_so_many_rejections_end_it,
    "requester_may_decide": policy_keys.test_the_requester_and_the_last_editor_are_shut_out,
    "decisions": policy_keys.test_only_these_decisions_have_a_button,
    "reason": policy_keys.test_a_reason_is_asked_for_and_words_in_the_thread_decide_nothing,
    "replies": policy_keys.test_a_reason_is_asked_for_and_words_in_the_thread_decide_nothing,
    "state_changes": policy_keys.test_an_answer_may_change_the_state,
    "confirm": policy_keys.test_defaults_hold_where_a_rule_says_nothing_and_approve_is_asked_twice,
    "summary": over_the_wire.test_the_title_is_the_rules_and_what_is_redacted_is_nowhere,
    "post_to": over_the_wire.test_the_card_is_in_the_other_channel_and_the_thread_follows_it,
    "notify": over_the_wire.test_a_reminder_in_the_thread_and_to_who_was_notified_before,
    "remind_after": over_the_wire.test_a_reminder_in_the_thread_and_to_who_was_notified_before,
    "escalate_after": over_the_wire.test_an_escalation_adds_the_fallback_and_notifies_them,
    "escalate_to": over_the_wire.test_an_empty_group_is_reported_and_its_fallback_decides,
    "expire_after": over_the_wire.test_what_nobody_answers_expires_and_says_so_everywhere,
    "on_expiry": over_the_wire.test_on_expiry_says_what_the_graph_gets,
    "hours": policy_keys.test_the_clock_runs_in_its_hours_only,
    "freeze": policy_keys.test_in_a_freeze_only_who_may_break_the_glass_approves_and_says_why,
    "break_glass": policy_keys.test_in_a_freeze_only_who_may_break_the_glass_approves_and_says_why,
    "grant": grants_over_the_wire.test_a_grant_approves_what_it_covers_and_no_more,
    "undo": over_the_wire.test_a_decision_is_undone_before_the_graph_hears_of_it,
    "valid_for": over_the_wire.test_an_approval_that_is_too_old_is_asked_again,
    "auto": policy_keys.test_a_rule_is_for_a_channel,
    "redact": over_the_wire.test_the_title_is_the_rules_and_what_is_redacted_is_nowhere,
}


def test_every_key_that_the_file_takes_has_a_scenario() -> None:
    assert set(SCENARIOS) == set(keys.RULE)


@pytest.mark.parametrize("key", SCENARIOS)
def test_the_scenario_runs_in_both_transports_under_a_policy_that_has_the_key(key: str) -> None:
    scenario = SCENARIOS[key]
    assert inspect.isfunction(scenario)
    module = inspect.getmodule(scenario)
    assert isinstance(module, ModuleType)
    (fixture,) = {"ruled", "governed"} & set(inspect.signature(scenario).parameters)
    source = Path(str(module.__file__)).read_text()
    assert re.search(rf"\nasync def {fixture}\(place: Place\)", source), f"{fixture} is at a place"
    both = r'params=\["socket", "http"\]\)\ndef place\('
    assert re.search(both, Path(str(place_module.__file__)).read_text()), "a place has both transports"
    assert re.search(rf"^{key} = ", module.POLICY, re.MULTILINE), f"no rule of its policy has {key}"
