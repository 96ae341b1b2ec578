"""Guards that must not go unnoticed when they go: each is taken out of the code, and its tests must fail.

To add one, add an entry. `old` stands once in `file`; test_guards.py holds that every entry still fits.
"""

from tests.mutation.guards.approval_guards import APPROVAL_GUARDS
from tests.mutation.guards.guard import Guard
from tests.mutation.guards.installing_guards import INSTALLING_GUARDS
from tests.mutation.guards.security_guards import SECURITY_GUARDS

__all__ = ["GUARDS", "Guard"]

_STEP = "bot/countersign/flow/steps/step.py"
_RESUME_CHECK = "bot/countersign/flow/steps/resuming/resume_check.py"
_DELIVERY = "bot/countersign/flow/delivery/message_delivery.py"
_SQL = "bot/countersign/store/queries.sql"
_RESUME = "tests/flow/resuming/test_resume_safety.py"
_ASK_AGAIN = "tests/flow/resuming/test_asking_again.py"
_UPDATES = "tests/slack/cards/test_card_updates.py"
_DECISIONS = "tests/slack/decisions/test_decisions.py"
_ROW_DECISIONS = "tests/slack/decisions/test_row_decisions.py"
_GRANTS = "tests/flow/grants/test_grants.py"
_LOCKS = "tests/store/connections/test_thread_locks.py"
_RETENTION = "tests/flow/test_retention.py"

GUARDS = (
    Guard(
        name="a grant that another process used meanwhile is not used on what was read",
        file=_SQL,
        old="WHERE id = %(id)s AND uses = %(expected)s AND revoked_at IS NULL",
        new="WHERE id = %(id)s AND revoked_at IS NULL",
        tests=(f"{_GRANTS}::test_threads_that_use_the_last_of_it_at_once_never_overdraw_it",),
    ),
    Guard(
        name="a grant counts only while its giver could approve by a click",
        file="bot/countersign/flow/grants/use.py",
        old="            if why_not is None:\n",
        new="            if True:\n",
        tests=(
            f"{_GRANTS}::test_it_does_not_count_without_its_giver_behind_it",
            f"{_GRANTS}::test_in_a_freeze_no_grant_acts_and_none_is_given",
        ),
    ),
    Guard(
        name="a grant ends with any edit of its rule",
        file="bot/countersign/approvals/policy/grants.py",
        old="if fingerprint(match.rule) != grant.rule_fingerprint:",
        new="if match.rule.name != grant.rule_name:",
        tests=(f"{_GRANTS}::test_a_rule_that_was_edited_ends_it",),
    ),
    Guard(
        name="the digest is compared before the graph is resumed",
        file=_RESUME_CHECK,
        old="if pending is not None and pending.digest != approval.digest:",
        new="if pending is not None and pending.digest is None:",
        tests=(f"{_RESUME}::test_an_answer_to_other_words_under_the_same_id_is_not_used",),
    ),
    Guard(
        name="a remote $ref is not fetched",
        file="bot/countersign/interrupts/validation/schema.py",
        old="safe(prepared(document), registry=registry, format_checker=format_checker)",
        new="safe(prepared(document), format_checker=format_checker)",
        tests=(
            "tests/interrupts/limits/test_validation_time_limit.py::test_a_remote_reference_is_never_fetched",
        ),
    ),
    Guard(
        name="the status is checked before the rest is approved",
        file="bot/countersign/slack/listeners/buttons/card_buttons.py",
        old="        approval.check_open(rows[0] if rows else ref.rows[0], ref.digest)\n",
        new="",
        tests=(f"{_ROW_DECISIONS}::test_approving_the_rest_of_a_card_that_is_closed_changes_nothing",),
    ),
    Guard(
        name="rows that the card does not show are not approved with the rest",
        file="bot/countersign/slack/listeners/buttons/card_buttons.py",
        old="if not set(rows) <= set(covered(review)):",
        new="if not rows:",
        tests=(f"{_ROW_DECISIONS}::test_approving_rows_that_the_card_does_not_show_is_refused",),
    ),
    Guard(
        name="a card that was found does not count as rendered",
        file=_DELIVERY,
        old="review is not None and (row.attempts == 0 or review.approval.version == 1)",
        new="review is not None",
        tests=(f"{_UPDATES}::test_a_card_that_a_second_attempt_finds_is_brought_up_to_date",),
    ),
    Guard(
        name="a card is updated again after another process overtook the update",
        file=_DELIVERY,
        old="review = None if now == version else await self._store.approval(approval_id)",
        new="review = None if now else await self._store.approval(approval_id)",
        tests=(f"{_UPDATES}::test_an_update_that_another_process_overtook_is_sent_again",),
    ),
    Guard(
        name="effects are forgotten after their days",
        file="bot/countersign/flow/retention.py",
        old="            await self._store.delete_expired_effects(self._seconds)\n",
        new="",
        tests=(f"{_RETENTION}::test_effects_are_forgotten_after_the_days_of_their_threads",),
    ),
    Guard(
        name="effects are deleted by their age",
        file=_SQL,
        old="WHERE started_at < now() - %(seconds)s * interval '1 second'",
        new="WHERE %(seconds)s < 0",
        tests=(f"{_RETENTION}::test_effects_are_forgotten_after_the_days_of_their_threads",),
    ),
    Guard(
        name="an effect counts as not done by our own types of errors alone",
        file="bot/countersign/flow/tools/tool_host.py",
        old="if isinstance(error, RateLimited | SlackRefused) or",
        new='if isinstance(error, RateLimited) or getattr(error, "error", None) or',
        tests=(
            "tests/store/threads/test_effects.py::test_after_any_other_end_nobody_knows_and_nothing_is_done",
        ),
    ),
    Guard(
        name="asking again with nothing pending runs nothing",
        file=_STEP,
        old="if not withdrawn or not state.pending or at_breakpoint:",
        new="if not withdrawn or at_breakpoint:",
        tests=(f"{_ASK_AGAIN}::test_asking_again_after_somebody_else_answered_runs_nothing",),
    ),
    Guard(
        name="asking again with nothing decided runs nothing",
        file=_STEP,
        old="if not withdrawn or not state.pending or at_breakpoint:",
        new="if (withdrawn and not state.pending) or at_breakpoint:",
        tests=(f"{_ASK_AGAIN}::test_asking_again_where_nothing_is_pending_runs_nothing",),
    ),
    Guard(
        name="whether a run is unfinished is read from its tasks, not from `next`",
        file="bot/countersign/runs/state/snapshot.py",
        old="unfinished=bool(snapshot.tasks) or bool(orphaned)",
        new="unfinished=bool(snapshot.next) or bool(orphaned)",
        tests=(f"{_RESUME}::test_a_step_whose_writes_are_stored_but_not_applied_is_finished",),
    ),
    Guard(
        name="a form's state is decompressed up to a limit",
        file="bot/countersign/slack/forms/pagination.py",
        old="zlib.decompressobj().decompress(base64.urlsafe_b64decode(encoded), MAX_STATE_BYTES)",
        new="zlib.decompress(base64.urlsafe_b64decode(encoded))",
        tests=(
            "tests/slack/forms/test_forms.py::test_state_that_decompresses_to_more_than_a_form_holds_is_refused",
        ),
    ),
    Guard(
        name="a forged button on another message makes that message no card",
        file="bot/countersign/slack/listeners/context.py",
        old="if approval.card_ts is None and shown:",
        new="if approval.card_ts is None:",
        tests=(f"{_UPDATES}::test_a_forged_value_on_another_message_makes_that_message_no_card",),
    ),
    Guard(
        name="a click on another message than the card is refused",
        file="bot/countersign/slack/listeners/context.py",
        old="elif approval.card_ts != message_ts:",
        new="elif approval.card_ts is None:",
        tests=(f"{_DECISIONS}::test_a_click_on_another_message_than_the_card_is_refused",),
    ),
    Guard(
        name="where a card is recorded to be is not overwritten",
        file=_SQL,
        old="WHERE id = %(approval_id)s AND card_ts IS NULL RETURNING {approvals}",
        new="WHERE id = %(approval_id)s RETURNING {approvals}",
        tests=(f"{_UPDATES}::test_where_a_card_is_is_recorded_once_and_never_overwritten",),
    ),
    Guard(
        name="the manifest names the commands that the bot answers",
        file="manifest.yml",
        old="command: /approvals",
        new="command: /approval",
        tests=("tests/slack/installing/test_manifest.py::test_the_commands_are_those_that_the_bot_answers",),
    ),
    Guard(
        name="the bot answers the commands that the manifest names",
        file="bot/countersign/slack/listeners/commands/slash_commands.py",
        old='app.command("/approvals")',
        new='app.command("/approval")',
        tests=("tests/slack/installing/test_manifest.py::test_the_commands_are_those_that_the_bot_answers",),
    ),
    Guard(
        name="a thread has one worker at a time",
        file=_SQL,
        old="SELECT pg_try_advisory_lock(hashtextextended(%(thread_id)s, 0)) AS held",
        new="SELECT %(thread_id)s::text IS NOT NULL AS held",
        tests=(
            f"{_LOCKS}::test_one_holds_it_and_the_other_is_refused",
            f"{_LOCKS}::test_another_process_waits_until_the_lock_is_free",
        ),
    ),
    Guard(
        name="a lock is given back",
        file=_SQL,
        old="SELECT pg_advisory_unlock_all()",
        new="SELECT 1",
        tests=(f"{_LOCKS}::test_one_holds_it_and_the_other_is_refused",),
    ),
    *APPROVAL_GUARDS,
    *SECURITY_GUARDS,
    *INSTALLING_GUARDS,
)
