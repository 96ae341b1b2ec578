"""Finds rules that are never reached because an earlier rule matches first."""

from collections.abc import Sequence

from countersign.approvals.policy.conditions import ConditionFailed, compile_condition, variables
from countersign.approvals.policy.matching import KEYS, glob_matches, is_glob
from countersign.approvals.policy.rule import Rule, Selector


def shadowing(rules: Sequence[Rule]) -> dict[str, Rule]:
    """Rule names -> the earlier rule that matches whatever they match. Never wrong, though it may miss some:
    conditions are compared as texts, and globs by their beginnings.
    """
    found: dict[str, Rule] = {}
    open_ended: list[Rule] = []  # rules that may shadow a later one
    for rule in rules:
        earlier = next((each for each in open_ended if covers(each.selector, rule.selector)), None)
        if earlier is not None:
            found[rule.name] = earlier
        else:
            open_ended.append(rule)
    return found


def covers(wide: Selector, narrow: Selector) -> bool:
    """Whether everything that `narrow` matches is matched by `wide`."""
    if wide.when is not None and wide.when != narrow.when and constant_value(wide.when) is not True:
        return False
    return all(_all_covered(getattr(wide, key), getattr(narrow, key)) for key in KEYS)


def constant_value(condition: str) -> bool | None:
    """What a condition always is; None if it depends on a variable, or always fails."""
    compiled = compile_condition(condition)
    if compiled.mentions_variables():
        return None
    nothing = variables(args=None, action="", graph="", channel="", channel_id="", requester={})
    try:
        return compiled.holds(nothing)
    except ConditionFailed:
        return None


def _all_covered(wide: Sequence[str], narrow: Sequence[str]) -> bool:
    if not wide or "*" in wide:
        return True
    return bool(narrow) and all(any(_covers(one, other) for one in wide) for other in narrow)


def _covers(wide: str, narrow: str) -> bool:
    """Whether every text that fits `narrow` fits `wide`."""
    if wide == narrow:
        return True
    if not is_glob(narrow):
        return glob_matches(wide, narrow)
    beginning = wide.removesuffix("*")
    return wide.endswith("*") and not is_glob(beginning) and _literal_beginning(narrow).startswith(beginning)


def _literal_beginning(glob: str) -> str:
    return glob[: next(at for at, character in enumerate(glob) if character in "*?[")]
