"""Mutants of the rooms `interrupts` and `flow` that are the same program."""

from tests.mutation.equivalents.equivalent import Equivalent, unchecked_lengths

_INTERRUPTS = "bot/countersign/interrupts"
_EVALUATION = f"{_INTERRUPTS}/code/evaluation"
_FLOW = "bot/countersign/flow"
_ELSE_STEPS = "if len(steps) == 1 else f\"the steps {', '.join(steps)}\""
_OPPOSITE = "shape, Meaning.YES if meaning(shape.values[{}])"

AST_HAS_BOTH = "Python's own parser gives as many of the one as of the other."
GATHERED = "asyncio.gather gives one result for each of them, in their order."

INTERRUPT_EQUIVALENTS = (
    unchecked_lengths(
        f"{_INTERRUPTS}/json_values/equality.py",
        "return len(one) == len(other) and all(json_equal(a, b) for a, b in zip(one, other, strict=True))",
        "On the left of the `and` both lists have been found to be as long.",
    ),
    unchecked_lengths(
        f"{_INTERRUPTS}/display/json_diff.py",
        "for at, (one, other) in enumerate(zip(before, after, strict=True)):",
        "The condition above asks for lists of the same length.",
    ),
    unchecked_lengths(
        f"{_INTERRUPTS}/display/json_diff.py",
        "for at, (before, after) in enumerate(zip(old, new, strict=True)):",
        "Only lists of the same length are compared at their places.",
    ),
    unchecked_lengths(
        f"{_INTERRUPTS}/shape_answers/compatibility.py",
        "for place, (item, each) in enumerate(zip(shape.items, value, strict=True))",
        "Two lines above, the lengths are compared.",
    ),
    unchecked_lengths(
        f"{_INTERRUPTS}/code/payload_pattern.py",
        "return 3 if all(fits(each, item) for each, item in zip(pattern.items, value, strict=True)) else 0",
        "The line above returns unless both are as long.",
    ),
    unchecked_lengths(
        f"{_INTERRUPTS}/forms/options.py",
        "Option(key=str(at), label=label, value=values[at]) "
        "for at, label in zip(places, labels, strict=True)",
        "The labels are those of the values at these places, one for each.",
    ),
    unchecked_lengths(
        f"{_EVALUATION}/containers.py",
        "for key, item in zip(node.keys, node.values, strict=True):",
        AST_HAS_BOTH,
    ),
    unchecked_lengths(
        f"{_EVALUATION}/conditions/boolean_tests.py",
        "for operator, right_node in zip(node.ops, node.comparators, strict=True):",
        AST_HAS_BOTH,
    ),
    unchecked_lengths(
        f"{_EVALUATION}/conditions/match_statements.py",
        "for names, inner in zip(keys, node.patterns, strict=True):",
        AST_HAS_BOTH,
    ),
    unchecked_lengths(
        f"{_EVALUATION}/calls/call_expressions.py",
        "keyword_only = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)",
        AST_HAS_BOTH,
    ),
    unchecked_lengths(
        f"{_EVALUATION}/refusal.py",
        "elif all(one or other for one, other in zip(again, through, strict=True)):",
        "Both have one item for each of the handlers that may catch it.",
    ),
    Equivalent(
        file=f"{_EVALUATION}/conditions/match_statements.py",
        line="Condition(values[0].slot, Check.EQUALS, tuple(v for c in values for v in c.values)),",
        mutated="Condition(values[ 1].slot, Check.EQUALS, tuple(v for c in values for v in c.values)),",
        reason="An or-pattern has two alternatives at least, and all of them have one slot here.",
    ),
    Equivalent(
        file=f"{_EVALUATION}/conditions/match_statements.py",
        line="Condition(values[0].slot, Check.EQUALS, tuple(v for c in values for v in c.values)),",
        mutated="Condition(values[ -1].slot, Check.EQUALS, tuple(v for c in values for v in c.values)),",
        reason="All alternatives of the pattern have one slot here.",
    ),
    Equivalent(
        file=f"{_EVALUATION}/model/name_resolution.py",
        line='if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":',
        mutated='if isinstance(statement, ast.ImportFrom) and statement.names[ -1].name == "*":',
        reason="An import of `*` imports nothing beside it: it is the first and the last name.",
    ),
    Equivalent(
        file=f"{_EVALUATION}/calls/library_calls.py",
        line='frame.note(iterated(frame, given.get(0, "iterable"), node), Use.TRUTH, node)',
        mutated='frame.note(iterated(frame, given.get( -1, "iterable"), node), Use.TRUTH, node)',
        reason="any() and all() take one argument: it is the first and the last.",
    ),
    Equivalent(
        file=f"{_EVALUATION}/calls/methods.py",
        line='for atom in given.get(0, "iterable"):',
        mutated='for atom in given.get( -1, "iterable"):',
        reason="list.extend takes one argument: it is the first and the last.",
    ),
    Equivalent(
        file=f"{_INTERRUPTS}/display/json_diff.py",
        line="elif before is UNSET or after is UNSET or not json_equal(before, after):",
        mutated="elif before is UNSET and after is UNSET or not json_equal(before, after):",
        reason="No JSON is equal to UNSET, so the rest of the condition says the same.",
    ),
    Equivalent(
        file=f"{_EVALUATION}/conditions/boolean_tests.py",
        line="if len(named) == 1 and isinstance(named[0], bool):",
        mutated="if len(named) == 1 and isinstance(named[ -1], bool):",
        reason="It is looked at only if there is one.",
    ),
    Equivalent(
        file=f"{_EVALUATION}/conditions/boolean_tests.py",
        line="return Condition(slot, Check.TRUE, positive=named[0])",
        mutated="return Condition(slot, Check.TRUE, positive=named[ -1])",
        reason="The line above asks for one value.",
    ),
    Equivalent(
        file=f"{_EVALUATION}/conditions/boolean_tests.py",
        line="single = [conditions[0] for conditions in alternatives if len(conditions) == 1]",
        mutated="single = [conditions[ -1] for conditions in alternatives if len(conditions) == 1]",
        reason="Only those with one condition are taken.",
    ),
    Equivalent(
        file=f"{_INTERRUPTS}/code/payload_pattern.py",
        line="return patterns[0] if len(patterns) == 1 else UnionPattern(patterns)",
        mutated="return patterns[ -1] if len(patterns) == 1 else UnionPattern(patterns)",
        reason="It is taken only if there is one.",
    ),
    Equivalent(
        file=f"{_INTERRUPTS}/shape_answers/from_shape.py",
        line="return 0 if isinstance(shape, Boolean) else 2 if isinstance(shape, Text | Number) else 1",
        mutated="return -1 if isinstance(shape, Boolean) else 2 if isinstance(shape, Text | Number) else 1",
        reason="The numbers only sort: -1, 1, 2 are in the order of 0, 1, 2.",
    ),
    Equivalent(
        file=f"{_INTERRUPTS}/shape_answers/from_shape.py",
        line="return 0 if isinstance(shape, Boolean) else 2 if isinstance(shape, Text | Number) else 1",
        mutated="return 0 if isinstance(shape, Boolean) else 3 if isinstance(shape, Text | Number) else 1",
        reason="The numbers only sort: 0, 1, 3 are in the order of 0, 1, 2.",
    ),
    Equivalent(
        file=f"{_INTERRUPTS}/dialects/langchain/agent_inbox.py",
        line="rows = [replace(rows[0], parts=(*long, *rows[0].parts))]",
        mutated="rows = [replace(rows[ -1], parts=(*long, *rows[0].parts))]",
        reason="The condition above it asks for one row.",
    ),
    Equivalent(
        file=f"{_INTERRUPTS}/dialects/langchain/agent_inbox.py",
        line="rows = [replace(rows[0], parts=(*long, *rows[0].parts))]",
        mutated="rows = [replace(rows[0], parts=(*long, *rows[ -1].parts))]",
        reason="The condition above it asks for one row.",
    ),
    Equivalent(
        file=f"{_INTERRUPTS}/shape_answers/shape_schema.py",
        line=f"other = opposite({_OPPOSITE.format(0)} is Meaning.NO else Meaning.NO)",
        mutated=f"other = opposite({_OPPOSITE.format(' -1')} is Meaning.NO else Meaning.NO)",
        reason="The line above leaves unless there is one.",
    ),
    *(
        Equivalent(
            file=f"{_INTERRUPTS}/display/visible_text/confusables.py",
            line=line,
            mutated=line.replace("[0]", "[ -1]"),
            reason="In Unicode's list no such character looks like two texts of ASCII.",
        )
        for line in ("if texts and texts[0] != character:", "found[character] = texts[0]")
    ),
    Equivalent(
        file=f"{_EVALUATION}/conditions/type_tests.py",
        line="yes, no = is_kind(frame, node, frame.value(left.args[0]), frame.value(right))",
        mutated="yes, no = is_kind(frame, node, frame.value(left.args[ -1]), frame.value(right))",
        reason="type() tells the type of one argument; with three it makes one.",
    ),
    Equivalent(
        file=f"{_INTERRUPTS}/dialects/langchain/agent_inbox.py",
        line="title = run_title(rows[0].action) if len(rows) == 1 else actions_title(len(rows))",
        mutated="title = run_title(rows[ -1].action) if len(rows) == 1 else actions_title(len(rows))",
        reason="It is looked at only if there is one.",
    ),
    Equivalent(
        file=f"{_EVALUATION}/annotations.py",
        line="if any(changes_what_is_given(each) for each in inner[1:]):",
        mutated="if any(changes_what_is_given(each) for each in inner[ 0:]):",
        reason="Only calls are asked about, and what comes first is a type.",
    ),
    Equivalent(
        file=f"{_INTERRUPTS}/action_title.py",
        line="return None, description or None",
        mutated="return None, description and None",
        reason="Without a title nobody takes the rest.",
    ),
    unchecked_lengths(
        f"{_FLOW}/home/inbox.py",
        "return tuple(channel for channel, visible in zip(found, seen, strict=True) if visible)",
        GATHERED,
    ),
    unchecked_lengths(
        f"{_FLOW}/home/inbox.py",
        "visible = own | {channel for channel, can in zip(others, seen, strict=True) if can}",
        GATHERED,
    ),
    unchecked_lengths(
        f"{_FLOW}/home/inbox.py",
        "return tuple(each for each, place in zip(reviews, places, strict=True) if place in visible)",
        "The places are those of the reviews, one for each.",
    ),
    unchecked_lengths(
        f"{_FLOW}/policy/active_delegations.py",
        "for each, delegator in zip(found, delegators, strict=True)",
        GATHERED,
    ),
    unchecked_lengths(
        f"{_FLOW}/policy/voting.py",
        "return replace(known, rosters={**known.rosters, **dict(zip(sources, rosters, strict=True))})",
        GATHERED,
    ),
    unchecked_lengths(
        f"{_FLOW}/policy/voting.py",
        "now = tuple(replace(vote, by=person) for vote, person in zip(votes.votes, people, strict=True))",
        GATHERED,
    ),
    Equivalent(
        file=f"{_FLOW}/policy/redaction/redacted_request.py",
        line="title = _summary_of(request.rows[0], rules[0], values) if not several else None",
        mutated="title = _summary_of(request.rows[0], rules[ -1], values) if not several else None",
        reason="Without several rows there is one, and one rule for it.",
    ),
)
