"""The mutants of `flow` that are the same program: the last of one is the first, and pairs of one length."""

from tests.mutation.equivalents.equivalent import Equivalent, unchecked_lengths

_FLOW = "bot/countersign/flow"
_POLICY = f"{_FLOW}/policy"
_REPLIES = f"{_FLOW}/decisions/replies"
_HANDLER = f"{_REPLIES}/reply_handler.py"
_ASKING = f"{_REPLIES}/asking_back.py"
_CHOSEN = f"{_REPLIES}/chosen_replies.py"
_TEXTS = f"{_REPLIES}/texts.py"

_ONE_WAITS = "It is looked at only if one approval waits."
_ONE_ROW = "Words decide only a card of one row: decision_in_reply() and may_use_words() take no other."
_GATHERED = "gather() gives one result for each that it is given."


def _last_of_one(file: str, line: str, reason: str, *, first: str = "[0]", occurrence: int = 1) -> Equivalent:
    """The last is taken instead of the first, where there is only one."""
    parts = line.split(first)
    before, after = first.join(parts[:occurrence]), first.join(parts[occurrence:])
    mutated = f"{before}{first[0]} -1{first[-1]}{after}"
    return Equivalent(file=file, line=line, mutated=mutated, reason=reason)


_ONLY = "only = waiting[0] if len(waiting) == 1 and waiting[0].approval.posted_to is None else None"
_CONFIRMED = "if decision.kind is DecisionKind.APPROVE and review.confirms_approval(0):"
_USES_WORDS = "if not by_reply and not (self._words_decide and approval.rule(0).replies):"
_CHOSEN_ROW = (
    "return await asyncio.to_thread(chosen_decision, review.request.rows[0], chosen.choice, message.text)"
)
_OPEN_FIELDS = (
    "rows = tuple(_with_open_fields(row, rule, values) "
    "for row, rule in zip(request.rows, rules, strict=True))"
)

FLOW_EQUIVALENTS = (
    _last_of_one(_HANDLER, _ONLY, _ONE_WAITS),
    _last_of_one(_HANDLER, _ONLY, _ONE_WAITS, occurrence=2),
    _last_of_one(_HANDLER, _USES_WORDS, _ONE_ROW, first="(0)"),
    _last_of_one(_HANDLER, _CONFIRMED, _ONE_ROW, first="(0)"),
    _last_of_one(_HANDLER, "digest=review.approval.digest_of(0),", _ONE_ROW, first="(0)"),
    _last_of_one(_HANDLER, "proposal = approval.votes_on(0).proposal", _ONE_ROW, first="(0)"),
    _last_of_one(
        _ASKING,
        "return self._words_decide and review.approval.rule(0).replies",
        "The line above it leaves with several rows.",
        first="(0)",
    ),
    _last_of_one(_ASKING, "row = request.rows[0]", _ONE_ROW),
    _last_of_one(_ASKING, "digest=review.approval.digest_of(0),", _ONE_ROW, first="(0)"),
    _last_of_one(_CHOSEN, _CHOSEN_ROW, _ONE_ROW),
    _last_of_one(
        f"{_REPLIES}/reply_parser.py",
        "row, words = request.rows[0], text.strip()",
        "The line above it leaves with several rows.",
    ),
    _last_of_one(
        _TEXTS,
        'lead = lazy_text("This thread waits for a decision: {title}", title=waiting[0].shown.title)',
        "With none or several it has been left before.",
    ),
    _last_of_one(_TEXTS, "if waiting[0].approval.posted_to", "With none or several it has been left before."),
    _last_of_one(
        f"{_POLICY}/edits/written_numbers.py",
        "digits = _DIGITS.search(found[0]) if len(found) == 1 else None",
        "It is looked at only if there is one.",
    ),
    _last_of_one(
        f"{_POLICY}/active_delegations.py",
        "return await self._directory.group_id(source.names[0]) == group.id",
        "A source that is a group has one name.",
    ),
    _last_of_one(
        f"{_POLICY}/redaction/redacted_request.py",
        "title = _summary_of(request.rows[0], rules[0], values) if not several else None",
        "It is looked at only with one rule, and each row has one.",
    ),
    *(
        _last_of_one(
            f"{_POLICY}/rule_assignment.py",
            "changeable = len(rules) == 1 and rules[0].state_changes and not rules[0].redact",
            "It is looked at only with one rule.",
            occurrence=occurrence,
        )
        for occurrence in (1, 2)
    ),
    unchecked_lengths(
        f"{_POLICY}/redaction/redacted_request.py",
        _OPEN_FIELDS,
        "redacted_values(), in the line above, raises for another number of rules than of rows.",
    ),
    unchecked_lengths(
        f"{_POLICY}/redaction/redacted_request.py",
        "for row, rule in zip(request.rows, rules, strict=True)",
        "redacted_values(), above, raises for another number of rules than of rows.",
    ),
    unchecked_lengths(f"{_POLICY}/seat_checks.py", "return dict(zip(users, found, strict=True))", _GATHERED),
    unchecked_lengths(
        f"{_POLICY}/audience.py",
        "return tuple(user for user, is_member in zip(users, may, strict=True) if is_member)",
        _GATHERED,
    ),
    unchecked_lengths(
        f"{_POLICY}/edits/decided_arguments.py",
        "return parts if any(a is not b for a, b in zip(parts, value, strict=True)) else value",
        "The line above makes one part for each.",
    ),
    unchecked_lengths(
        f"{_POLICY}/rule_assignment.py",
        "for row, asked in zip(governed, review.request.rows, strict=True)",
        "action_contexts() makes one context for each row of the same request.",
    ),
    *(
        Equivalent(
            file=f"{_FLOW}/steps/results/reconciliation.py",
            line="rows=1,",
            mutated=f"rows= {rows},",
            reason="The votes are set by the number of rows that the request has, below.",
        )
        for rows in (0, 2)
    ),
    *(
        Equivalent(
            file=f"{_FLOW}/live/live_message.py",
            line="return 0",
            mutated=f"return {pause}",
            reason="Nobody reads it: the task that waits for it was cancelled, which ends that wait.",
        )
        for pause in ("1", "-1")
    ),
    _last_of_one(
        f"{_FLOW}/files/message_files.py",
        "form = request.rows[0].forms.get(DecisionKind.RESPOND) if len(request.rows) == 1 else None",
        "There is one row.",
    ),
)
