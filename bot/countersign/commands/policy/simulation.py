"""The options of `policy explain` that say who votes, who is a member of what, and who stands in for whom."""

import argparse
from collections.abc import Iterator

from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import CountersignError
from countersign.approvals.policy.checking.simulate import (
    THREAD_CHANNEL_NAME,
    SimulatedDelegation,
    Simulation,
)

_KINDS = {"approve": DecisionKind.APPROVE, "reject": DecisionKind.REJECT}


class BadSimulation(CountersignError):
    """One of --vote, --member and --delegate is not written as it is used."""


def simulation(given: argparse.Namespace) -> Simulation | None:
    """None if nothing of it is asked for. Raises BadSimulation."""
    if not (given.vote or given.member or given.delegate or given.escalated):
        return None
    return Simulation(
        votes=tuple(_vote(text) for text in given.vote),
        members=dict(_member(text) for text in given.member),
        delegations=tuple(_delegation(text) for text in given.delegate),
        escalated=given.escalated,
    )


def _vote(text: str) -> tuple[str, DecisionKind]:
    user, _, kind = text.partition("=")
    if not user or (kind or "approve") not in _KINDS:
        raise BadSimulation(f"--vote: {text!r} is neither USER nor USER=reject.")
    return user, _KINDS[kind or "approve"]


def _member(text: str) -> tuple[str, frozenset[str]]:
    name, found, users = text.partition("=")
    if not found or not (name.startswith(("@", "#", "S", "C", "G")) or name == THREAD_CHANNEL_NAME):
        raise BadSimulation(f"--member: {text!r} is not @GROUP=USER,... or #CHANNEL=USER,...")
    return name, frozenset(_listed(users))


def _delegation(text: str) -> SimulatedDelegation:
    away, _, rest = text.partition("=")
    delegate, _, group = rest.partition(":")
    if not away or not delegate or away == delegate:
        raise BadSimulation(f"--delegate: {text!r} is neither AWAY=USER nor AWAY=USER:@GROUP.")
    return SimulatedDelegation(away=away, delegate=delegate, group=group or None)


def _listed(users: str) -> Iterator[str]:
    return (user.strip() for user in users.split(",") if user.strip())
