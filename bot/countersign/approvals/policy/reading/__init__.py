"""From the policy file's text to rules, or to everything that is wrong with it, line by line."""

from countersign.approvals.policy.reading.problems import PolicyError, Problem
from countersign.approvals.policy.reading.read import read_policy

__all__ = ["PolicyError", "Problem", "read_policy"]
