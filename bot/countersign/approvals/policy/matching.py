"""Finds an action's rule: the first in the file that matches."""

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import groupby

from countersign.approvals.json import Json
from countersign.approvals.policy.conditions import (
    AnyOf,
    ConditionFailed,
    Variables,
    compile_condition,
    variables,
)
from countersign.approvals.policy.rule import Rule, Selector

_MOST_TOGETHER = 32  # conditions in one evaluation
KEYS = ("graph", "action", "channel", "requester")


@dataclass(frozen=True, kw_only=True)
class Channel:
    id: str
    name: str | None = None  # without `#`; None in direct messages
    current_id: str | None = None  # where the id changed after the thread began

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

    @cached_property
    def texts(self) -> Mapping[str, tuple[str, ...]]:
        """What the globs of each key are held against; without a requester, nothing is."""
        requester = self.requester
        return {
            "graph": (self.graph,),
            "action": (self.action,),
            "channel": (self.channel.label, self.channel.id, self.channel.current_id or self.channel.id),
            "requester": () if requester is None else (requester.id, *sorted(requester.groups)),
        }

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
    differs, condition_error = _difference(rule.selector, context)
    return Comparison(rule=rule, differs=differs, condition_error=condition_error)


def _difference(selector: Selector, context: ActionContext) -> tuple[str | None, str | None]:
    """The key that keeps it from matching, and the error in the condition."""
    key = _differing_key(selector, context.texts)
    if key is not None or selector.when is None:
        return key, None
    try:
        holds = compile_condition(selector.when).holds(context.variables())
    except ConditionFailed as failed:
        return None, str(failed)
    return None if holds else "when", None


def _differing_key(selector: Selector, texts: Mapping[str, tuple[str, ...]]) -> str | None:
    """The key, other than the condition, that keeps it from matching."""
    if selector.action and not _any_matches(selector.action, texts["action"]):
        return "action"
    if selector.graph and not _any_matches(selector.graph, texts["graph"]):
        return "graph"
    if selector.channel and not _any_matches(selector.channel, texts["channel"]):
        return "channel"
    if selector.requester and not _any_matches(selector.requester, texts["requester"]):
        return "requester"
    return None


@dataclass(frozen=True, kw_only=True)
class Match:
    """The rule of an action. Where its condition failed, `rule` is without shortcuts: people are asked."""

    rule: Rule
    condition_error: str | None = None


@dataclass(frozen=True)
class _Group:
    """Rules that follow one another; of several with a condition, `any_of` tells that none matches."""

    rules: tuple[Rule, ...]
    any_of: AnyOf | None = None


class RuleIndex:
    """The rules of one policy, in order.

    Which of them the globs leave is cached by what the globs see: the same few graphs, actions, channels and
    people come again and again. Conditions are evaluated for each action.
    """

    def __init__(self, rules: Sequence[Rule], fallback: Rule) -> None:
        self._groups = tuple(_grouped(rules))
        self._fallback = fallback
        self._candidates = lru_cache(maxsize=256)(self._find_candidates)

    def first_match(self, context: ActionContext) -> Match:
        """The first rule that matches, else the fallback."""
        for group in self._candidates(tuple(context.texts.items())):
            if group.any_of is not None and group.any_of.surely_none_holds(context.variables()):
                continue
            for rule in group.rules:
                when = rule.selector.when
                try:
                    if when is None or compile_condition(when).holds(context.variables()):
                        return Match(rule=rule)
                except ConditionFailed as failed:
                    return Match(rule=rule.without_shortcuts(), condition_error=str(failed))
        return Match(rule=self._fallback)

    def _find_candidates(self, texts: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[_Group, ...]:
        """The rules of which every key other than the condition matches."""
        by_key = dict(texts)
        found = []
        for group in self._groups:
            rules = tuple(rule for rule in group.rules if _differing_key(rule.selector, by_key) is None)
            if rules:
                found.append(_Group(rules, group.any_of if len(rules) > 1 else None))
        return tuple(found)


def _grouped(rules: Sequence[Rule]) -> Iterator[_Group]:
    """Those of the same actions are evaluated together: their conditions know the same arguments."""
    for kind, neighbours in groupby(rules, _kind):
        same = tuple(neighbours)
        for at in range(0, len(same), _MOST_TOGETHER):
            some = same[at : at + _MOST_TOGETHER]
            together = kind is not None and len(some) > 1
            yield _Group(some, AnyOf([rule.selector.when or "true" for rule in some]) if together else None)


def _kind(rule: Rule) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """What rules have in common that are evaluated together; None for a rule that is not."""
    selector = rule.selector
    if selector.when is None or compile_condition(selector.when).has_loop:
        return None
    return selector.graph, selector.action


def glob_matches(pattern: str, text: str) -> bool:
    """Whether the whole text fits `*`, `?` and `[...]`, case-sensitively."""
    if pattern in (text, "*"):  # no set is built for it
        return True
    compiled = _compiled(pattern)
    return compiled is not None and compiled.match(text) is not None


def is_glob(pattern: str) -> bool:
    return any(mark in pattern for mark in "*?[")


@lru_cache(maxsize=16_384)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """None for a pattern that is just a text."""
    return re.compile(fnmatch.translate(pattern)) if is_glob(pattern) else None


@lru_cache(maxsize=65_536)
def _any_matches(patterns: tuple[str, ...], texts: tuple[str, ...]) -> bool:
    """Remembered: the same few graphs, actions, channels and people come again and again."""
    if "*" in patterns:
        return True
    for pattern in patterns:
        for text in texts:
            if glob_matches(pattern, text):
                return True
    return False
