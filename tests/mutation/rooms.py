"""The rooms that are mutated, and the tests that may notice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Room:
    """A folder whose files are mutated.

    The rooms without I/O have to be held by tests without I/O. Coverage says which of `tests` run a line.
    Where tests take seconds each, that would take far too long: there `concerns` says which test files are
    tried for which source, by the beginning of its path in the room, the first that fits.

    The suites that start the bot as a process of its own (scenario, chaos, demo) do not take part; they take
    minutes. What only those would notice counts as surviving.
    """

    name: str
    source: str
    tests: tuple[str, ...] = ()
    own_tests: tuple[str, ...] = ()  # of `tests`, those to run first
    concerns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def files(self, root: Path) -> Iterator[str]:
        for path in sorted((root / self.source).rglob("*.py")):
            yield str(path.relative_to(root))

    def concerned(self, file: str) -> tuple[str, ...]:
        """The test files that `concerns` names for a source."""
        inside = file.removeprefix(f"{self.source}/")
        found = next((tests for prefix, tests in self.concerns.items() if inside.startswith(prefix)), ())
        return tuple(f"tests/{name}.py" for name in found)


_FLOW = {
    "decisions/replies/reply_parser": ("flow/test_replies", "flow/test_reply_timing"),
    "decisions/replies/reply_handler": (
        "flow/test_reply_handler",
        "flow/test_messages_while_waiting",
        "flow/test_chosen_replies",
        "flow/test_reply_timing",
        "flow/test_replies",
        "flow/test_steps",
    ),
    "decisions/replies/deciding_words": (
        "flow/test_deciding_words",
        "flow/test_replies",
        "flow/test_reply_timing",
    ),
    "decisions/replies/chosen_replies": ("flow/test_chosen_replies", "flow/test_asking_back"),
    "decisions/replies/asking_back": ("flow/test_messages_while_waiting", "flow/test_asking_back"),
    "decisions/replies/texts": ("flow/test_messages_while_waiting", "flow/test_asking_back"),
    "decisions/replies/": ("flow/test_asking_back", "flow/test_replies", "flow/test_reply_timing"),
    "decisions/judging": ("flow/test_decision_detail", "flow/test_judging"),
    "decisions/evidence/refusal_log": ("flow/test_refusal_log",),
    "decisions/evidence/decision_detail": ("flow/test_decision_detail", "flow/test_policy"),
    "decisions/evidence/": (
        "flow/test_evidence",
        "flow/test_policy",
        "flow/test_state_changes",
        "flow/test_placement",
    ),
    "decisions/withdraw_vote": ("flow/test_policy", "flow/test_people_who_change", "slack/test_votes"),
    "decisions/cancel": ("flow/test_cancel",),
    "decisions/claim": ("flow/test_claim",),
    "decisions/decider_check": ("flow/test_claim", "slack/test_referrals"),
    "decisions/undo": ("flow/test_undo",),
    "decisions/absences": ("flow/test_people_who_change", "slack/test_delegate_command"),
    "decisions/break_glass_reviews": ("slack/test_break_glass_reviews", "flow/test_policy"),
    "decisions/refer": ("slack/test_referrals",),
    "decisions/concurrent_change": ("flow/test_cancel", "flow/test_claim", "flow/test_undo"),
    "decisions/decide": (
        "flow/test_policy",
        "flow/test_timers",
        "flow/test_state_changes",
        "flow/test_grants",
        "flow/test_steps",
    ),
    "decisions/": (
        "flow/test_policy",
        "flow/test_state_changes",
        "flow/test_steps",
        "slack/test_card_updates",
        "slack/test_votes",
    ),
    "conversation/reset": ("flow/test_reset",),
    "conversation/": ("flow/test_stop", "flow/test_reset"),
    "delivery/channel_pace": ("flow/test_channel_pace",),
    "delivery/": (
        "flow/test_message_delivery",
        "flow/test_card_delivery",
        "flow/test_message_updates",
        "flow/test_fault_handling",
        "slack/test_card_updates",
        "flow/test_steps",
        "flow/test_placement",
    ),
    "grants/": ("flow/test_grants", "flow/test_giving_grants"),
    "live/live_message": ("flow/test_live_message", "flow/test_live_run"),
    "live/agent_session": ("flow/test_agent_session",),
    "live/": ("flow/test_live_run", "flow/test_live_message"),
    "home/direct_message_hold": ("flow/test_quiet_hours",),
    "home/quiet_hours": ("flow/test_quiet_hours_end", "flow/test_quiet_hours", "slack/test_home"),
    "home/": ("flow/test_home_tabs", "flow/test_inbox_reader", "slack/test_home", "store/test_inbox_size"),
    "notices/thread_notes": (
        "flow/test_thread_notes",
        "flow/test_expiry",
        "flow/test_timers",
        "flow/test_cancel",
    ),
    "notices/grant_notes": ("flow/test_grant_notes", "flow/test_grants", "flow/test_giving_grants"),
    "notices/break_glass": (
        "flow/test_break_glass_notes",
        "slack/test_break_glass_reviews",
        "flow/test_policy",
    ),
    "notices/direct_messages": (
        "flow/test_opening_notices",
        "flow/test_shortage_notices",
        "flow/test_placement",
    ),
    "notices/opening": ("flow/test_opening_notices", "flow/test_placement"),
    "notices/shortage_notices": ("flow/test_shortage_notices", "flow/test_placement"),
    "notices/": ("flow/test_placement", "flow/test_timers", "flow/test_expiry", "flow/test_cancel"),
    "observability/tracing": ("flow/test_tracing",),
    "observability/observer": ("flow/test_observer", "flow/test_observability"),
    "observability/": (
        "flow/test_metric_buckets",
        "flow/test_observability",
        "test_metrics_page",
        "test_docs",
    ),
    "policy/restriction": ("flow/test_restriction", "flow/test_policy"),
    "policy/redacted": ("flow/test_shown_request", "flow/test_redacted_request", "flow/test_placement"),
    "policy/current_policy": ("test_policy_reload",),
    "policy/audience": (
        "flow/test_audience",
        "flow/test_placement",
        "flow/test_policy",
        "flow/test_timers",
        "flow/test_expiry",
    ),
    "policy/action_contexts": ("flow/test_action_contexts",),
    "policy/automatic_decisions": ("flow/test_automatic_rejection", "flow/test_grants", "flow/test_policy"),
    "policy/decided_arguments": ("flow/test_decided_arguments",),
    "policy/rule_assignment": ("flow/test_policy", "flow/test_placement", "flow/test_grants"),
    "policy/stand_ins": ("flow/test_people_who_change", "slack/test_delegate_command"),
    "policy/voting": ("flow/test_policy", "flow/test_timers", "flow/test_expiry", "flow/test_placement"),
    "timers/timer_runner": (
        "flow/test_timer_runner",
        "flow/test_expiry",
        "flow/test_timers",
        "flow/test_placement",
    ),
    "timers/": ("flow/test_expiry", "flow/test_timers", "flow/test_placement"),
    "steps/progress_indicator": ("flow/test_progress_indicator",),
    "steps/run_output": ("flow/test_what_a_run_says", "flow/test_run_output", "flow/test_steps"),
    "steps/thread_runner": (
        "flow/test_thread_runner",
        "flow/test_steps",
        "flow/test_step_errors",
        "flow/test_fencing",
        "flow/test_fault_handling",
        "flow/test_placement",
    ),
    "steps/parking": ("flow/test_step_errors", "flow/test_fault_handling"),
    "steps/step_execution": (
        "flow/test_steps",
        "flow/test_step_errors",
        "flow/test_fencing",
        "flow/test_database_faults",
    ),
    "steps/work_preparation": ("flow/test_work_preparation", "flow/test_steps"),
    "steps/answer_check": ("flow/test_answer_shapes",),
    "steps/resumption": (
        "flow/test_resumption",
        "flow/test_steps",
        "flow/test_state_changes",
        "flow/test_resume_safety",
        "flow/test_changed_graphs",
        "flow/test_asking_again",
        "flow/test_answer_shapes",
    ),
    "steps/start_permission": ("slack/test_messages", "flow/test_steps", "flow/test_observability"),
    "steps/graph_choice": ("flow/test_steps", "slack/test_commands"),
    "steps/observed_graph": ("flow/test_observability", "flow/test_steps"),
    "steps/resume_check": ("flow/test_resume_check", "flow/test_resume_safety", "flow/test_changed_graphs"),
    "steps/reconciliation": ("flow/test_reconciliation", "flow/test_steps", "flow/test_resume_safety"),
    "steps/": (
        "flow/test_steps",
        "flow/test_fault_handling",
        "flow/test_step_errors",
        "flow/test_breakpoints",
        "flow/test_resume_safety",
        "flow/test_changed_graphs",
        "flow/test_asking_again",
    ),
    "tools/retry": ("flow/test_retry", "slack/test_client"),
    "tools/": ("store/test_effects", "flow/test_placement"),
    "errors": ("flow/test_observer", "flow/test_retry", "flow/test_step_errors"),
    "error_report": ("runs/test_error_reports", "store/test_run_errors"),
    "review": (
        "flow/test_redacted_request",
        "flow/test_state_changes",
        "flow/test_policy",
        "flow/test_placement",
    ),
    "files/message_files": ("flow/files/test_message_files",),
    "files/": ("flow/files/test_file_type", "flow/files/test_reader"),
    "messages/inbound": ("flow/test_inbound", "flow/test_reply_timing"),
    "messages/outgoing": ("store/test_outbox", "store/test_rows", "flow/test_steps", "slack/test_rendering"),
    "work": ("store/test_threads", "store/test_rows", "flow/test_steps"),
    "slots": ("flow/test_slots",),
    "channel_ids": ("flow/test_channel_ids",),
    "graph_name": ("flow/test_inbound", "flow/test_replies"),
    "thread": ("flow/test_inbound", "flow/test_steps"),
    "graph_state": (
        "flow/test_resume_check",
        "flow/test_reconciliation",
        "flow/test_state_changes",
        "flow/test_breakpoints",
    ),
    "retention": ("flow/test_retention",),
    "": ("flow/test_steps", "flow/test_fault_handling", "slack/test_messages"),
}

ROOMS = {
    room.name: room
    for room in (
        Room(
            name="approvals",
            source="bot/countersign/approvals",
            own_tests=("tests/approvals",),
            tests=("tests/approvals",),
        ),
        Room(
            name="interrupts",
            source="bot/countersign/interrupts",
            own_tests=("tests/interrupts",),
            tests=("tests/interrupts", "tests/runs/source"),
        ),
        Room(name="flow", source="bot/countersign/flow", concerns=_FLOW),
    )
}
PRODUCT = ("countersign.app", "countersign.commands")  # imported to see whether a mutant can run at all
