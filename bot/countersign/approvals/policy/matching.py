"""Which rule an action comes under: the first of the file that matches, in the file's order."""

import fnmatch
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from countersign.approvals.json import Json
from countersign.approvals.policy.conditions import (
    ConditionFailed,
    Variables,
    compile_condition,
    variables,
)
from countersign.approvals.policy.rule import Rule, Selector

KEYS = ("graph", "action", "channel", "requester")


@dataclass(frozen=True, kw_only=True)
class Channel:
    id: str
    name: str | None = None  # without `#`; None in direct messages

    @property
    def label(self) -> str:
        return f"#{self.name}" if self.name else self.id


@dataclass(frozen=True, kw_only=True)
class Requester:
    """Who started the run."""

    id: str
    groups: frozenset[str] = frozenset()  # handles with their `@`, and ids


@dataclass(frozen=True, kw_only=True)
class ActionContext:
    """One action as a policy sees it. `requester` is None for runs that a bot or a schedule started."""

    graph: str
    action: str
    args: Json
    channel: Channel
    requester: Requester | None
    _converted: list[Variables] = field(default_factory=list, init=False, repr=False, compare=False)

    def variables(self) -> Variables:
        """What conditions see, converted at the first use. The requester's id is empty if there is none."""
        if not self._converted:
            requester = self.requester or Requester(id="")
            self._converted.append(
                variables(
                    args=self.args,
                    action=self.action,
                    graph=self.graph,
                    channel=self.channel.label,
                    channel_id=self.channel.id,
                    requester={"id": requester.id, "groups": sorted(requester.groups)},
                )
            )
        return self._converted[0]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How one rule compares with an action. `differs` is the key that kept it from matching."""

    rule: Rule
    differs: str | None  # "graph", "action", "channel", "requester", "when"; None: it matches
    condition_error: str | None = None  # why the condition could not be evaluated; then the rule matches

    @property
    def matches(self) -> bool:
        return self.differs is None


def compare(rule: Rule, context: ActionContext) -> Comparison:
    """Compare key by key, the condition last. An error in the condition makes the rule match."""
    for key in KEYS:
        if not _key_matches(key, rule.selector, context):
            return Comparison(rule=rule, differs=key)
    if rule.selector.when is None:
        return Comparison(rule=rule, differs=None)
    try:
        holds = compile_condition(rule.selector.when).holds(context.variables())
    except ConditionFailed as failed:
        return Comparison(rule=rule, differs=None, condition_error=str(failed))
    return Comparison(rule=rule, differs=None if holds else "when")


@dataclass(frozen=True, kw_only=True)
class Match:
    """The rule of an action. Where its condition failed, `rule` is without shortcuts: people are asked."""

    rule: Rule
    condition_error: str | None = None


def first_match(rules: Sequence[Rule], fallback: Rule, context: ActionContext) -> Match:
    """The first rule that matches, else the fallback."""
    for rule in rules:
        compared = compare(rule, context)
        if compared.matches:
            if compared.condition_error is None:
                return Match(rule=rule)
            return Match(rule=rule.without_shortcuts(), condition_error=compared.condition_error)
    return Match(rule=fallback)


def glob_matches(pattern: str, text: str) -> bool:
    """Whether the whole text fits `*`, `?` and `[...]`, upper and lower case told apart."""
    return pattern in {"*", text} or (is_glob(pattern) and _compiled(pattern).match(text) is not None)


def is_glob(pattern: str) -> bool:
    return any(mark in pattern for mark in "*?[")


@lru_cache(maxsize=16_384)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern))


def _key_matches(key: str, selector: Selector, context: ActionContext) -> bool:
    patterns: tuple[str, ...] = getattr(selector, key)
    if not patterns or "*" in patterns:
        return True
    match key:
        case "graph":
            return _any_matches(patterns, (context.graph,))
        case "action":
            return _any_matches(patterns, (context.action,))
        case "channel":
            return _any_matches(patterns, (context.channel.label, context.channel.id))
        case _:
            requester = context.requester
            return requester is not None and _any_matches(patterns, (requester.id, *requester.groups))


def _any_matches(patterns: Iterable[str], texts: Sequence[str]) -> bool:
    return any(glob_matches(pattern, text) for pattern in patterns for text in texts)
