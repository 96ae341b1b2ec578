"""Policies and votes for tests, made in few words."""

from datetime import UTC, datetime

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.clock.freeze_calendar import BadCalendar
from countersign.approvals.policy.matching import ActionContext, Channel, Requester
from countersign.approvals.policy.policy import Policy
from countersign.approvals.policy.reading import PolicyError, read_policy
from countersign.approvals.policy.rule import Rule
from countersign.approvals.votes.vote import Vote

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def no_calendars(path: str) -> str:
    raise BadCalendar(f"there is no {path}")


def a_policy(text: str, **calendars: str) -> Policy:
    """The policy of this text; calendars by the name before `.ics`."""
    files = {f"{name}.ics": content for name, content in calendars.items()}
    return read_policy(text, lambda path: files[path])


def a_rule(text: str, **calendars: str) -> Rule:
    """The rule with these keys, named "r"."""
    return a_policy(f'[[rule]]\nname = "r"\n{text}', **calendars).rules[0]


def problems(text: str) -> list[str]:
    """All problems of a policy file, as people read them. Fails if there is none."""
    try:
        read_policy(text, no_calendars)
    except PolicyError as error:
        return str(error).splitlines()
    raise AssertionError(f"nothing is wrong with {text!r}")


def an_action(
    action: str = "refund",
    args: Json = None,
    *,
    graph: str = "agent",
    channel: Channel = Channel(id="C0OPS", name="ops"),  # noqa: B008  # frozen
    requester: Requester | None = Requester(id="UREQ"),  # noqa: B008
) -> ActionContext:
    return ActionContext(
        graph=graph, action=action, args={} if args is None else args, channel=channel, requester=requester
    )


def person(user_id: str, standing: Standing = Standing.MEMBER) -> Person:
    return Person(id=user_id, name=user_id.removeprefix("U").capitalize(), standing=standing)


def vote(
    user_id: str,
    kind: DecisionKind = DecisionKind.APPROVE,
    *,
    value: Json = None,
    message: str | None = None,
    standing: Standing = Standing.MEMBER,
) -> Vote:
    decision = Decision(kind=kind, value=value, message=message)
    return Vote(decision=decision, by=person(user_id, standing), at=NOW)
