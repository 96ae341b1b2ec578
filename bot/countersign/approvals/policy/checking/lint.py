"""`policy check`: rules that are never reached, have no effect, or cannot be fulfilled."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from countersign.approvals.policy.checking.overlap import constant_value, covers, shadowing
from countersign.approvals.policy.grant_permission import why_never_given
from countersign.approvals.policy.matching import glob_matches
from countersign.approvals.policy.policy import Policy
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.membership import Memberships
from countersign.approvals.policy.voting.permission import VotingContext
from countersign.approvals.policy.voting.shortages import find_shortages

Actions = Mapping[str, Collection[str]]  # of each loaded graph, as far as they can be told from its code


@dataclass(frozen=True, kw_only=True)
class LintWarning:
    what: str
    line: int | None = None  # None: about the file as a whole

    def in_file(self, name: str) -> str:
        return f"{name}:{self.line}: {self.what}" if self.line else f"{name}: {self.what}"


def lint(
    policy: Policy,
    *,
    graphs: Actions | None = None,
    memberships: Memberships | None = None,
    team: str | None = None,
) -> tuple[LintWarning, ...]:
    """Everything that looks wrong, in the order of the file. What is not given is not looked at.

    `memberships` are those of the workspace `team`: of others, nobody's are known.
    """
    warnings: list[LintWarning] = []
    of_team = policy.of_workspace(team) if team is not None else policy
    for name, each in ((None, policy), *policy.workspaces.items()):
        warnings += [*_unreached(each), *_idle_timers(each), *_grants_without_effect(each)]
        warnings += _unfillable(each, memberships if each is of_team else None)
        if graphs is not None:
            warnings += [*_unknown_graphs(each, graphs), *_unnamed_actions(each, graphs, name)]
    return tuple(sorted(warnings, key=lambda finding: finding.line or 1_000_000_000))


def _unreached(policy: Policy) -> Iterator[LintWarning]:
    shadowed = shadowing(policy.rules)
    for rule in policy.rules:
        earlier = shadowed.get(rule.name)
        if rule.selector.when is not None and constant_value(rule.selector.when) is False:
            yield _about(rule, "can never match: its condition is always false")
        elif earlier is not None and covers(rule.selector, earlier.selector):
            yield _about(
                rule,
                f"is a duplicate of “{earlier.name}”{_at(earlier)}: it matches the same and is never reached",
            )
        elif earlier is not None:
            yield _about(rule, f"is never reached: “{earlier.name}”{_at(earlier)} matches first")


def _idle_timers(policy: Policy) -> Iterator[LintWarning]:
    for rule in policy.rules:
        expiry = rule.timers.expire_after
        for key in ("remind_after", "escalate_after"):
            after = getattr(rule.timers, key)
            if expiry is not None and after is not None and after >= expiry:
                yield _about(rule, f"{key} never comes: it expires before")


def _grants_without_effect(policy: Policy) -> Iterator[LintWarning]:
    """Not of rules that have it from `[defaults]`: it is meant for others."""
    for rule in policy.rules:
        own = rule.grant is not None and rule.grant != policy.fallback.grant
        never = why_never_given(rule) if own else None
        if never is not None:
            yield _about(rule, f"offers a grant that nobody can give: {never}")


def _unfillable(policy: Policy, memberships: Memberships | None) -> Iterator[LintWarning]:
    """Without memberships only the people named in the file are known."""
    known = memberships if memberships is not None else Memberships()
    for rule in policy.rules:
        for shortage in find_shortages(VotingContext(rule=rule, memberships=known)):
            yield _about(rule, f"can't be decided: {shortage}")


def _unknown_graphs(policy: Policy, graphs: Actions) -> Iterator[LintWarning]:
    for rule in policy.rules:
        for pattern in rule.selector.graph:
            if not any(glob_matches(pattern, graph) for graph in graphs):
                yield _about(rule, f"graph “{pattern}” is not loaded{_near(pattern, graphs)}")


def _unnamed_actions(policy: Policy, graphs: Actions, team: str | None) -> Iterator[LintWarning]:
    of_workspace = f" of workspace {team}" if team is not None else ""
    for graph, actions in graphs.items():
        for action in sorted(actions):
            if not any(_names(rule, graph, action) for rule in policy.rules):
                yield LintWarning(
                    what=f"no rule{of_workspace} is for the action “{action}” of graph “{graph}”"
                )


def _names(rule: Rule, graph: str, action: str) -> bool:
    return all(
        not patterns or any(glob_matches(pattern, text) for pattern in patterns)
        for patterns, text in ((rule.selector.graph, graph), (rule.selector.action, action))
    )


def _about(rule: Rule, what: str) -> LintWarning:
    return LintWarning(what=f"rule “{rule.name}” {what}", line=rule.line)


def _at(rule: Rule) -> str:
    return f" (line {rule.line})" if rule.line else ""


def _near(word: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean “{close[0]}”?" if close else ""
