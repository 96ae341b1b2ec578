"""The guards of decisions: cancelling, claiming, undoing, breaking the glass, grants, and standing in."""

from tests.mutation.guards.guard import Guard

_CANCEL = "bot/countersign/flow/decisions/cancel.py"
_CLAIM = "bot/countersign/flow/decisions/claim.py"
_DECIDERS = "bot/countersign/flow/decisions/decider_check.py"
_UNDO = "bot/countersign/flow/decisions/undo.py"
_PERMISSION = "bot/countersign/approvals/policy/voting/permission.py"
_VERDICT = "bot/countersign/approvals/policy/voting/voting_result.py"
_GRANTS = "bot/countersign/approvals/policy/grants.py"
_GRANTING = "bot/countersign/approvals/policy/grant_permission.py"
_CANCELLED = "tests/flow/decisions/cancelling/test_cancel.py"
_CLAIMED = "tests/flow/decisions/claim_and_undo/test_claim.py"
_UNDONE = "tests/flow/decisions/claim_and_undo/test_undo.py"
_POLICY = "tests/flow/policy/test_policy.py"
_VOTING_RESULTS = "tests/approvals/policy/voting/test_voting_result.py"
_EXCEPTIONAL = "tests/approvals/policy/voting/test_exceptional_approvers.py"
_GRANTED = "tests/flow/grants/test_grants.py"
_GIVEN = "tests/flow/grants/test_giving_grants.py"
_COVERED = "tests/approvals/policy/grants/test_grants.py"
_STAND_INS = "tests/approvals/policy/voting/test_active_delegations.py"

APPROVAL_GUARDS = (
    Guard(
        name="nobody but the requester cancels",
        file=_CANCEL,
        old="if requester is None or person.id != requester:",
        new="if requester is None:",
        tests=(f"{_CANCELLED}::test_nobody_else_may_cancel_and_the_ledger_has_who_tried",),
    ),
    Guard(
        name="who may no longer see the channel cancels nothing in it",
        file=_CANCEL,
        old="        check_may_decide(person)\n",
        new="        pass\n",
        tests=(f"{_CANCELLED}::test_a_guest_who_started_it_may_cancel_and_one_who_left_may_not",),
    ),
    Guard(
        name="a card of another question cancels nothing",
        file=_CANCEL,
        old="if digest != approval.shown_digest:",
        new="if not digest:",
        tests=(f"{_CANCELLED}::test_a_card_of_another_question_or_channel_cancels_nothing",),
    ),
    Guard(
        name="what is decided cannot be cancelled",
        file=_CANCEL,
        old="        approval.check_open(row, approval.digest_of(row))\n",
        new="",
        tests=(f"{_CANCELLED}::test_what_is_decided_already_cannot_be_cancelled",),
    ),
    Guard(
        name="what no rule governs cannot be cancelled",
        file=_CANCEL,
        old="        if not may_be_cancelled(approval):\n",
        new="        if not approval:\n",
        tests=(f"{_CANCELLED}::test_what_no_rule_governs_is_not_cancelled",),
    ),
    Guard(
        name="who may not decide claims nothing",
        file=_CLAIM,
        old="        await self._check(approval, person, NotClaimable())\n",
        new="        pass\n",
        tests=(f"{_CLAIMED}::test_whoever_may_not_decide_may_not_claim",),
    ),
    Guard(
        name="what is decided cannot be claimed",
        file=_DECIDERS,
        old="if approval.status is not Status.PENDING:",
        new="if approval.status is None:",
        tests=(f"{_CLAIMED}::test_a_claim_keeps_nobody_from_deciding_and_ends_with_its_holders_vote",),
    ),
    Guard(
        name="a card without a rule cannot be claimed",
        file=_DECIDERS,
        old="        raise without_rules\n",
        new="        pass\n",
        tests=(f"{_CLAIMED}::test_a_card_without_a_rule_has_no_claim",),
    ),
    Guard(
        name="a claim ends with its time",
        file="bot/countersign/approvals/assignment/claim.py",
        old="return self.at + CLAIM_PERIOD",
        new="return self.at + 100 * CLAIM_PERIOD",
        tests=(
            f"{_CLAIMED}::test_a_claim_is_released_by_the_clock_which_goes_on_with_its_other_timers",
            "tests/approvals/test_record.py::test_a_claim_ends_before_the_other_timers",
        ),
    ),
    Guard(
        name="a claim keeps nobody from deciding and ends with its holder's vote",
        file="bot/countersign/approvals/approval.py",
        old="return replace(self, claim=None) if held else self",
        new="return self",
        tests=(
            f"{_CLAIMED}::test_a_vote_that_decides_nothing_yet_releases_too",
            "tests/approvals/test_record.py::test_a_claim_ends_with_its_holders_vote_and_with_nobody_elses",
        ),
    ),
    Guard(
        name="a decision is undone in time or not at all",
        file=_UNDO,
        old="if until is not None and until <= self._clock():",
        new="if until is not None and not until:",
        tests=(f"{_UNDONE}::test_only_who_voted_may_undo_and_only_in_the_undo_period",),
    ),
    Guard(
        name="undoing takes back the votes of one person alone",
        file="bot/countersign/approvals/approval.py",
        old="votes=tuple(None if row in cast else vote for row, vote in enumerate(self.votes)),",
        new="votes=(None,) * len(self.votes),",
        tests=("tests/approvals/test_record.py::test_undoing_leaves_the_rows_that_somebody_else_decided",),
    ),
    Guard(
        name="the graph hears of a decision once it can no longer be undone",
        file="bot/countersign/flow/steps/results/step_results.py",
        old=" and not r.approval.is_undoable",
        new="",
        tests=(f"{_UNDONE}::test_a_message_in_the_undo_period_is_no_input",),
    ),
    Guard(
        name="in a freeze only those who break the glass approve",
        file=_PERMISSION,
        old="if kind is not DecisionKind.REJECT and context.freeze is not None and not breaks_glass:",
        new="if kind is not DecisionKind.REJECT and context.freeze is not None and not kind:",
        tests=(
            f"{_POLICY}::test_in_a_freeze_only_break_glass_people_approve_alone_and_with_a_reason",
            f"{_EXCEPTIONAL}::test_in_a_freeze_approvals_count_only_from_people_who_break_the_glass_with_a_reason",
        ),
    ),
    Guard(
        name="whoever cannot see the card fills no seat",
        file="bot/countersign/approvals/policy/voting/membership.py",
        old="return self.has_full_account(user_id) and (self.viewers is None or user_id in self.viewers)",
        new="return self.has_full_account(user_id)",
        tests=(
            "tests/flow/notices/test_shortage_notices.py::test_a_card_that_no_approver_can_see_is_told_of",
        ),
    ),
    Guard(
        name="whoever edits and may not decide has not approved by that",
        file="bot/countersign/approvals/policy/voting/row_votes.py",
        old="return rule.requester_may_decide or not (vote.decision.edits and vote.by.id == self.editor)",
        new="return True",
        tests=(
            "tests/flow/policy/test_policy.py::test_an_edit_clears_the_votes_shuts_the_editor_out_and_is_what_runs",
        ),
    ),
    Guard(
        name="without need nobody breaks the glass",
        file=_PERMISSION,
        old="(self.freeze is not None or self.unfillable) and self._is_any(",
        new="self._is_any(",
        tests=(f"{_EXCEPTIONAL}::test_without_need_nobody_breaks_the_glass",),
    ),
    Guard(
        name="breaking the glass takes a reason",
        file=_PERMISSION,
        old="is ReasonRequired.ALWAYS or context.breaks_glass(person.id)",
        new="is ReasonRequired.ALWAYS",
        tests=(
            f"{_POLICY}::test_in_a_freeze_only_break_glass_people_approve_alone_and_with_a_reason",
            f"{_EXCEPTIONAL}::test_in_a_freeze_approvals_count_only_from_people_who_break_the_glass_with_a_reason",
        ),
    ),
    Guard(
        name="breaking the glass does not let the requester decide",
        file=_PERMISSION,
        old="    _check_not_shut_out(context, row, person.id, kind)\n",
        new="",
        tests=(f"{_EXCEPTIONAL}::test_breaking_the_glass_does_not_get_around_the_requester_being_shut_out",),
    ),
    Guard(
        name="a grant covers nothing outside its time",
        file=_GRANTS,
        old="if not grant.granted_at <= now < grant.expires_at:",
        new="if not grant.granted_at:",
        tests=(f"{_COVERED}::test_what_it_does_not_cover",),
    ),
    Guard(
        name="a grant covers as many uses as it says",
        file=_GRANTS,
        old='    if grant.uses_left == 0:\n        return lazy_text("it is used up")\n',
        new="",
        tests=(f"{_COVERED}::test_it_is_used_as_often_as_it_allows_and_no_more",),
    ),
    Guard(
        name="a revoked grant covers nothing",
        file=_GRANTS,
        old='    if grant.revoked_at is not None:\n        return lazy_text("it was revoked")\n',
        new="",
        tests=(f"{_COVERED}::test_a_revoked_grant_covers_nothing_and_stays_revoked",),
    ),
    Guard(
        name="a grant covers nothing once its rule was edited",
        file=_GRANTS,
        old="if fingerprint(match.rule) != grant.rule_fingerprint:",
        new="if not grant.rule_fingerprint:",
        tests=(
            f"{_GRANTED}::test_a_rule_that_was_edited_ends_it",
            f"{_COVERED}::test_an_edited_rule_is_another_rule",
        ),
    ),
    Guard(
        name="a grant covers no other action",
        file=_GRANTS,
        old="if (context.graph, context.action) != (grant.graph, grant.action):",
        new="if not grant.action:",
        tests=(f"{_COVERED}::test_what_it_does_not_cover",),
    ),
    Guard(
        name="a grant counts only as long as its giver could decide",
        file=_GRANTING,
        old="    except MayNotDecide as refusal:\n        return refusal.message\n",
        new="    except MayNotDecide:\n        return None\n",
        tests=(f"{_GRANTED}::test_it_does_not_count_without_its_giver_behind_it",),
    ),
    Guard(
        name="substitutes and stand-ins give no grant",
        file=_GRANTING,
        old="return replace(context, escalated=False, unfillable=False, stuck=False, delegations=())",
        new="return context",
        tests=(f"{_GIVEN}::test_a_substitute_decides_and_gives_no_grant",),
    ),
    Guard(
        name="a stand-in and who is away count once",
        file=_PERMISSION,
        old="            and row.of(each.delegator.id) is None\n",
        new="",
        tests=(f"{_STAND_INS}::test_whoever_is_away_and_their_delegate_count_once",),
    ),
    Guard(
        name="standing in does not let the requester's part decide",
        file=_PERMISSION,
        old="            and not self.is_shut_out(row, each.delegator.id)\n",
        new="",
        tests=(f"{_STAND_INS}::test_nobody_gets_around_requester_may_decide",),
    ),
    Guard(
        name="nobody stands in for a guest or somebody who left",
        file=_PERMISSION,
        old="            and each.delegator.standing is Standing.MEMBER\n",
        new="",
        tests=(f"{_STAND_INS}::test_both_have_to_be_full_members_now",),
    ),
    Guard(
        name="a stand-in fills no seat but that of who is away",
        file=_PERMISSION,
        old="any(self.fills_for(approvers.source, each) for approvers in self.rule.approvers)",
        new="True",
        tests=(f"{_STAND_INS}::test_a_delegation_for_a_group_is_for_no_other_seat",),
    ),
)
