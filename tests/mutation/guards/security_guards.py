"""The guards against what an attacker tries: who decides, what the eye sees, what reaches a parser."""

from tests.mutation.guards.guard import Guard

_HTTP = "bot/countersign/slack/transport/inbound/http.py"
_INSTALLATION = "bot/countersign/slack/transport/inbound/installation.py"
_PEOPLE = "bot/countersign/slack/directories/user_directory.py"
_REPLIES = "bot/countersign/flow/decisions/replies/reply_handler.py"
_DISPLAY = "bot/countersign/interrupts/display"
_UNSIGNED = "tests/security/requests/test_unsigned_requests.py"
_DECISIONS = "tests/slack/decisions/test_decisions.py"
_TIMING = "tests/flow/test_reply_timing.py"
_VISIBLE = "tests/interrupts/display/test_visible_text.py"
_REDACTION = "tests/flow/policy/placement/test_summary_and_redaction.py"
_TOOLS = "tests/runs/test_tool_names.py"
_PERMISSION = "bot/countersign/approvals/policy/voting/permission.py"
_STAND_INS = "tests/approvals/policy/voting/test_active_delegations.py"
_CARDS = "tests/security/cards/test_card_uniqueness.py"
_LARGE = "tests/security/availability/test_large_payloads.py"
_AUTHORIZATION = "tests/security/authorization/test_authorization.py"
_FORGED = "tests/security/requests/test_forged_interactions.py"
_UNDO = "tests/security/authorization/test_undo.py"
_GUESSING = "tests/security/secrets/test_guessing_what_is_redacted.py"

SECURITY_GUARDS = (
    Guard(
        name="who starts a run with a form is asked of Slack anew",
        file="bot/countersign/flow/steps/start_permission.py",
        old="max_age=_MAX_AGE if channel is None else 0.0",
        new="max_age=_MAX_AGE",
        tests=(f"{_AUTHORIZATION}::test_whoever_was_a_member_a_moment_ago_starts_nothing_with_a_form",),
    ),
    Guard(
        name="whoever left the channel reads no details",
        file="bot/countersign/slack/listeners/context.py",
        old="in {Standing.OUTSIDE, Standing.GONE}",
        new="in {Standing.GONE}",
        tests=(f"{_FORGED}::test_whoever_left_the_channel_reads_no_more_of_its_card",),
    ),
    Guard(
        name="a card is drawn beside the event loop",
        file="bot/countersign/slack/card_messages.py",
        old="card = await asyncio.to_thread(render_card, review)",
        new="card = render_card(review)",
        tests=(f"{_LARGE}::test_a_click_is_answered_while_a_large_card_is_drawn",),
    ),
    Guard(
        name="a payload is parsed beside the event loop",
        file="bot/countersign/flow/review.py",
        old="await asyncio.to_thread(self.parse)",
        new="self.parse()",
        tests=(f"{_LARGE}::test_a_large_payload_is_read_beside_the_event_loop",),
    ),
    Guard(
        name="details are laid out beside the event loop",
        file="bot/countersign/slack/listeners/buttons/details_buttons.py",
        old="view = await asyncio.to_thread(details_view, review, modal, context.trace_url)",
        new="view = details_view(review, modal, context.trace_url)",
        tests=(f"{_LARGE}::test_large_details_are_laid_out_beside_the_event_loop",),
    ),
    Guard(
        name="what nobody can read cannot be approved",
        file="bot/countersign/interrupts/parsing.py",
        old="without_approval(_parse(kept.value, schema, shape), kept)",
        new="_parse(kept.value, schema, shape)",
        tests=(f"{_LARGE}::test_what_is_too_large_to_read_is_rejected_or_answered_and_nothing_else",),
    ),
    Guard(
        name="an agent's message says whose it is",
        file="bot/countersign/slack/messages.py",
        old='blocks=[{"type": "markdown", "text": escape_markdown(piece)}, author],',
        new='blocks=[{"type": "markdown", "text": escape_markdown(piece)}],',
        tests=(
            "tests/security/cards/test_social_engineering.py::test_what_an_agent_claims_stands_above_who_wrote_it",
        ),
    ),
    Guard(
        name="a shown digest tells nothing of what is redacted",
        file="bot/countersign/approvals/approval.py",
        old="digest_key=secrets.token_hex(32) if redacts else None",
        new="digest_key=None if redacts else None",
        tests=(
            f"{_GUESSING}::test_no_digest_that_people_see_gives_away_a_redacted_value",
            f"{_GUESSING}::test_two_approvals_of_one_payload_show_different_digests",
        ),
    ),
    Guard(
        name="only whoever made a decision undoes it",
        file="bot/countersign/approvals/approval.py",
        old="if vote is not None and vote.by.id == user_id]",
        new="if vote is not None and self.votes_on(row).of(user_id)]",
        tests=(
            f"{_UNDO}::test_an_approver_cannot_undo_anothers_rejection",
            f"{_UNDO}::test_an_earlier_rejection_does_not_undo_the_one_that_decided",
        ),
    ),
    Guard(
        name="a requester undoes no rejection",
        file="bot/countersign/approvals/approval.py",
        old="if user_id != self.requester or not self._is_rejected(row)",
        new="if not self._is_rejected(row) or user_id",
        tests=(f"{_UNDO}::test_a_requester_undoes_no_rejection",),
    ),
    Guard(
        name="whoever may decide no more undoes nothing",
        file="bot/countersign/flow/decisions/undo.py",
        old="        check_may_decide(person)\n",
        new="",
        tests=(f"{_UNDO}::test_whoever_may_decide_no_more_undoes_nothing",),
    ),
    Guard(
        name="the signature is verified before the body is parsed",
        file=_HTTP,
        old="            verifier.verify(signed, body)\n",
        new="",
        tests=(
            f"{_UNSIGNED}::test_a_request_without_slacks_signature_is_refused",
            f"{_UNSIGNED}::test_whatever_an_unsigned_body_is_it_is_not_parsed",
        ),
    ),
    Guard(
        name="an old signature is refused",
        file="bot/countersign/slack/transport/inbound/signature.py",
        old="if abs(self._clock() - int(timestamp)) > MAX_AGE:",
        new="if not timestamp:",
        tests=(f"{_UNSIGNED}::test_a_request_without_slacks_signature_is_refused",),
    ),
    Guard(
        name="a body is read up to a limit",
        file=_HTTP,
        old="            if size > MAX_BODY:",
        new="            if size > 1000 * MAX_BODY:",
        tests=(f"{_UNSIGNED}::test_a_body_above_the_limit_is_not_read_to_its_end",),
    ),
    Guard(
        name="a payload of another workspace is refused",
        file=_INSTALLATION,
        old="return workspace.team in _team_ids(body)",
        new="return True",
        tests=(
            "tests/security/requests/test_other_installations.py::test_an_event_of_another_workspace_is_refused",
            "tests/security/requests/test_other_installations.py::test_which_payloads_are_ours",
        ),
    ),
    Guard(
        name="a payload of another app is refused",
        file=_INSTALLATION,
        old="if app_id and workspace.app_id and app_id != workspace.app_id:",
        new="if app_id and workspace.app_id and not app_id:",
        tests=("tests/security/requests/test_other_installations.py::test_which_payloads_are_ours",),
    ),
    Guard(
        name="who decides is asked of Slack anew at the click and at the submission",
        file="bot/countersign/slack/directories/lookup_cache.py",
        old="if cached is not None and self._clock() - cached[0] < max_age:",
        new="if cached is not None:",
        tests=(f"{_AUTHORIZATION}::test_whoever_was_a_member_a_moment_ago_decides_nothing",),
    ),
    Guard(
        name="guests decide nothing",
        file=_PEOPLE,
        old='if user.get("is_restricted") or user.get("is_ultra_restricted"):',
        new='if user.get("is_nobody"):',
        tests=(
            f"{_DECISIONS}::test_guests_and_strangers_may_not_decide",
            f"{_DECISIONS}::test_a_form_sent_by_somebody_who_may_not_decide_is_refused",
        ),
    ),
    Guard(
        name="whoever cannot see the channel decides nothing in it",
        file="bot/countersign/slack/client.py",
        old="outside = person.standing is Standing.MEMBER and not can_see",
        new="outside = person.standing is Standing.GUEST and not can_see",
        tests=(f"{_AUTHORIZATION}::test_whoever_was_removed_from_a_private_channel_decides_nothing_there",),
    ),
    Guard(
        name="a message with a trace of a bot is nobody's",
        file="bot/countersign/slack/listeners/events/message_events.py",
        old='value and (name == "app_id" or name.startswith(("bot_", "workflow")))',
        new='value and name == "bot_id"',
        tests=(f"{_AUTHORIZATION}::test_a_message_with_any_trace_of_a_bot_is_nobodys",),
    ),
    Guard(
        name="a word counts only for what was open when it was written",
        file=_REPLIES,
        old=" or message.open_approvals != (approval.id,):",
        new=":",
        tests=(
            f"{_TIMING}::test_a_word_written_while_two_waited_decides_neither_and_no_third",
            f"{_TIMING}::test_a_word_written_before_another_card_closed_decides_nothing",
        ),
    ),
    Guard(
        name="a word that was edited or deleted decides nothing",
        file=_REPLIES,
        old="if await self._store.was_revised(work.thread.ref, message.key):",
        new="if not message.key and await self._store.was_revised(work.thread.ref, message.key):",
        tests=(f"{_TIMING}::test_a_word_that_is_edited_or_deleted_in_time_decides_nothing",),
    ),
    Guard(
        name="a word decides nothing once the graph spoke after the card",
        file=_REPLIES,
        old="if await self._store.graph_posted_between(ref, approval.card_ts, message.ts):",
        new="if not await self._store.graph_posted_between(ref, approval.card_ts, message.ts) and not ref:",
        tests=(f"{_TIMING}::test_words_decide_nothing_once_the_graph_said_something_after_the_card",),
    ),
    Guard(
        name="an agent cannot fish for a word",
        file=_REPLIES,
        old="_TIME_TO_READ = 3.0",
        new="_TIME_TO_READ = 0.0",
        tests=(
            f"{_TIMING}::test_a_word_that_the_agent_wrote_before_the_card_counts_once_there_was_time_to_read",
        ),
    ),
    Guard(
        name="an agent's word is found in whichever letters",
        file="bot/countersign/flow/decisions/replies/deciding_words.py",
        old="return _WORDS.search(_folded(said)) is not None",
        new="return _WORDS.search(said) is not None",
        tests=(
            "tests/security/cards/test_social_engineering.py::test_words_are_found_however_they_are_written",
        ),
    ),
    Guard(
        name="what an agent writes like a decision is quoted",
        file="bot/countersign/slack/block_kit/escaping.py",
        old="at not in code_lines and spoofs_decision(line)",
        new="False",
        tests=(
            "tests/slack/messages/test_posts.py::test_a_line_like_a_decision_is_a_quotation_but_not_in_code",
        ),
    ),
    Guard(
        name="secrets of a known form are redacted",
        file="bot/countersign/log_redaction.py",
        old="text = _KNOWN.sub(REDACTED, text)",
        new="text = text",
        tests=("tests/logs/test_log_redaction.py::test_every_common_form_is_redacted_within_other_words",),
    ),
    Guard(
        name="no value begins a line of the log",
        file="bot/countersign/log_redaction.py",
        old="return _CONTROL.sub(_escaped, text)",
        new="return text",
        tests=("tests/logs/test_log_redaction.py::test_no_value_begins_a_new_line_or_steers_a_terminal",),
    ),
    Guard(
        name="what a rule redacts is not in the details either",
        file="bot/countersign/slack/cards/details_view.py",
        old="if any(rule.redact for rule in review.approval.rules):",
        new="if not review.approval.rules:",
        tests=(
            f"{_REDACTION}::test_what_is_redacted_is_on_no_card_form_message_or_ledger_and_reaches_the_graph",
        ),
    ),
    Guard(
        name="a text that reads as a key or an item stands in quotes",
        file=f"{_DISPLAY}/layout.py",
        old="""return f'"{text}"' if alone and _STRUCTURE.match(text) else text""",
        new="return text",
        tests=(
            f"{_VISIBLE}::test_two_values_are_never_laid_out_alike",
            "tests/slack/cards/test_part_drawing.py::test_two_values_are_never_drawn_alike",
        ),
    ),
    Guard(
        name="lines that read as keys are barred",
        file=f"{_DISPLAY}/layout.py",
        old='return "\\n".join(_barred(lines)) if all(map(_STRUCTURE.match, lines)) else text',
        new="return text",
        tests=(f"{_VISIBLE}::test_two_values_are_never_laid_out_alike",),
    ),
    Guard(
        name="a bracket of the text itself is written out",
        file=f"{_DISPLAY}/visible_text/hidden_characters.py",
        old=r"\p{{Zs}}⟨{LINE_BREAK_SIGN}",
        new=r"\p{{Zs}}{LINE_BREAK_SIGN}",
        tests=(f"{_VISIBLE}::test_two_texts_are_never_shown_alike",),
    ),
    Guard(
        name="marks that strike through are written out",
        file=f"{_DISPLAY}/visible_text/combining_marks.py",
        old="if not _BASE.match(base) or _STRIKING.search(marks):",
        new="if not _BASE.match(base):",
        tests=(f"{_VISIBLE}::test_what_deceives_is_written_out",),
    ),
    Guard(
        name="words that mix scripts are marked",
        file=f"{_DISPLAY}/visible_text/escaping.py",
        old="foreign = [at for at in foreign_positions(text) if at not in replaced]",
        new="foreign: list[int] = []",
        tests=(f"{_VISIBLE}::test_what_deceives_is_written_out",),
    ),
    Guard(
        name="runs of spaces are counted",
        file=f"{_DISPLAY}/visible_text/whitespace.py",
        old="_MAX_BLANK_LENGTH = 24",
        new="_MAX_BLANK_LENGTH = 24_000",
        tests=(f"{_VISIBLE}::test_what_deceives_is_written_out",),
    ),
    Guard(
        name="decomposed text says so",
        file=f"{_DISPLAY}/visible_text/escaping.py",
        old="    if is_decomposed(text):",
        new="    if not text:",
        tests=(f"{_VISIBLE}::test_what_deceives_is_written_out",),
    ),
    Guard(
        name="a payload of an uncommon format is told apart",
        file="bot/countersign/flow/review.py",
        old="return replace(found, is_shown=False) if summarised else found",
        new="return PayloadFormat() if summarised or found else found",
        tests=(f"{_CARDS}::test_two_payloads_never_have_the_same_card",),
    ),
    Guard(
        name="no section of a card is folded",
        file="bot/countersign/slack/block_kit/builders.py",
        old='"text": mrkdwn(text), "expand": True',
        new='"text": mrkdwn(text)',
        tests=(f"{_CARDS}::test_no_section_is_folded",),
    ),
    Guard(
        name="a tool that looks like another one is named",
        file="bot/countersign/flow/steps/results/reconciliation.py",
        old="look_alikes=_look_alikes(review, state)",
        new="look_alikes={}",
        tests=(f"{_TOOLS}::test_a_tool_that_looks_like_another_of_the_graph_is_opened_with_its_name",),
    ),
    Guard(
        name="a delegate does not decide for who asked or edited",
        file=_PERMISSION,
        old="            and not self.is_shut_out(row, each.delegator.id)\n",
        new="",
        tests=(f"{_STAND_INS}::test_nobody_gets_around_requester_may_decide",),
    ),
    Guard(
        name="whoever is away and votes is not voted for",
        file=_PERMISSION,
        old="            and row.of(each.delegator.id) is None\n",
        new="",
        tests=(f"{_STAND_INS}::test_whoever_is_away_and_their_delegate_count_once",),
    ),
    Guard(
        name="whoever broke the glass does not review it",
        file="bot/countersign/approvals/votes/break_glass.py",
        old="if person.id == use.by.id:",
        new="if not person.id:",
        tests=(
            "tests/slack/decisions/test_break_glass_reviews.py::test_who_may_not_review_is_refused_at_the_submission_too",
        ),
    ),
)
