"""Keys of the policy file that are read and checked, but that `serve` and `worker` do not act on yet."""

from pathlib import Path

import structlog

from countersign.approvals.policy.policy import Policy
from countersign.approvals.policy.rule import Rule
from countersign.policy_file import load_policy

log = structlog.get_logger()


def load_supported_policy(path: Path) -> Policy:
    """The policy of this file, for use. Raises PolicyError. Keys without effect are named in the log."""
    policy = load_policy(path)
    rules = (*policy.rules, policy.fallback)
    if without_effect := sorted({key for rule in rules for key in ignored_keys(rule)}):
        log.warning("policy_keys_without_effect", file=str(path), keys=without_effect)
    return policy


def ignored_keys(rule: Rule) -> list[str]:
    """What leaves people asked more often than the file says."""
    return ["grant"] if rule.grant is not None else []
