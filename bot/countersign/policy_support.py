"""Keys of the policy file that are read and checked, but that `serve` and `worker` do not act on yet."""

from pathlib import Path

import structlog

from countersign.approvals.policy.policy import Policy
from countersign.approvals.policy.reading import PolicyError, Problem
from countersign.approvals.policy.rule import Notify, Rule
from countersign.policy_file import load_policy

log = structlog.get_logger()


def load_supported_policy(path: Path) -> Policy:
    """The policy of this file, for use. Raises PolicyError, also for a key that protects and has no effect;
    other keys without effect are named in the log.
    """
    policy = load_policy(path)
    rules = (*policy.rules, policy.fallback)
    problems = [
        Problem(line=rule.line or 1, what=f"{key} has no effect in this version", meant="take it out")
        for rule in rules
        for key in refused_keys(rule)
    ]
    if problems:
        raise PolicyError(str(path), problems)
    if without_effect := sorted({key for rule in rules for key in ignored_keys(rule)}):
        log.warning("policy_keys_without_effect", file=str(path), keys=without_effect)
    return policy


def refused_keys(rule: Rule) -> list[str]:
    """What people would rely on for protection."""
    return [key for key in ("redact", "valid_for") if getattr(rule, key)]


def ignored_keys(rule: Rule) -> list[str]:
    """What leaves a request waiting, or people asked more often than the file says."""
    found = [key for key in ("summary", "grant", "undo") if getattr(rule, key) is not None]
    found += [key for key in ("remind_after", "expire_after") if getattr(rule.timers, key) is not None]
    if rule.post_to != "thread":
        found.append("post_to")
    if rule.notify is not Notify.NOBODY:
        found.append("notify")
    return found
