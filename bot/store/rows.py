"""Rows of the tables <-> values of the flow and the domain."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from bot.approvals.approval import Approval, Status, Vote
from bot.approvals.decision import Decision, DecisionKind
from bot.approvals.json import Json
from bot.approvals.person import Person, Standing
from bot.flow.inbound import Inbound, InboundKind
from bot.flow.outgoing import Outgoing, OutgoingKind
from bot.flow.thread import ThreadRecord, ThreadRef

Row = Mapping[str, Any]


def thread_from(row: Row) -> ThreadRecord:
    return ThreadRecord(
        ref=ThreadRef.parse(row["id"]),
        graph=row["graph"],
        last_said=row["last_said"],
        halted=row["halted"],
        attempts=row["attempts"],
    )


def inbound_from(row: Row) -> Inbound:
    return Inbound(
        key=row["key"],
        event_id=row["event_id"],
        kind=InboundKind(row["kind"]),
        thread=ThreadRef.parse(row["thread_id"]),
        user=row["user_id"],
        text=_unescaped(row["text"]),
        body=_unescaped(row["body"]),
    )


def inbound_row(inbound: Inbound) -> dict[str, Any]:
    return {
        "key": inbound.key,
        "event_id": inbound.event_id,
        "thread_id": inbound.thread.id,
        "kind": inbound.kind,
        "user_id": inbound.user,
        "text": _escaped(inbound.text),
        "body": _jsonb(inbound.body),
    }


def outgoing_from(row: Row) -> Outgoing:
    return Outgoing(
        key=row["key"],
        kind=OutgoingKind(row["kind"]),
        team=row["team"],
        channel=row["channel"],
        thread_ts=row["thread_ts"],
        body=_unescaped(row["body"]),
        approval_id=row["approval_id"],
        attempts=row["attempts"] - 1,
    )


def outgoing_row(outgoing: Outgoing) -> dict[str, Any]:
    return {
        "key": outgoing.key,
        "kind": outgoing.kind,
        "team": outgoing.team,
        "channel": outgoing.channel,
        "thread_ts": outgoing.thread_ts,
        "body": _jsonb(outgoing.body),
        "approval_id": outgoing.approval_id,
    }


def approval_from(row: Row) -> Approval:
    return Approval(
        id=row["id"],
        thread_id=row["thread_id"],
        interrupt_id=row["interrupt_id"],
        digest=row["digest"],
        value=_unescaped(row["value"]),
        schema=_unescaped(row["schema"]),
        status=Status(row["status"]),
        votes=tuple(_vote_from(vote) for vote in _unescaped(row["votes"])),
        opened_at=row["opened_at"],
        answer=_unescaped(row["answer"]),
        note=row["note"],
        version=row["version"],
        drawn=row["drawn"],
        card_ts=row["card_ts"],
    )


def approval_row(approval: Approval) -> dict[str, Any]:
    return {
        "id": approval.id,
        "thread_id": approval.thread_id,
        "interrupt_id": approval.interrupt_id,
        "digest": approval.digest,
        "value": _jsonb(approval.value),
        "schema": _jsonb(approval.schema),
        "status": approval.status,
        "votes": _jsonb([_vote_row(vote) for vote in approval.votes]),
        "answer": _jsonb(approval.answer),
        "note": _escaped(approval.note),
        "version": approval.version,
        "opened_at": approval.opened_at,
    }


def _vote_from(vote: Row | None) -> Vote | None:
    if vote is None:
        return None
    return Vote(
        decision=Decision(
            kind=DecisionKind(vote["kind"]), message=vote.get("message"), value=vote.get("value")
        ),
        by=Person(id=vote["by"], name=vote["name"], standing=Standing(vote["standing"])),
        at=datetime.fromisoformat(vote["at"]),
    )


def _vote_row(vote: Vote | None) -> Json:
    if vote is None:
        return None
    return {
        "kind": vote.decision.kind.value,
        "message": vote.decision.message,
        "value": vote.decision.value,
        "by": vote.by.id,
        "name": vote.by.name,
        "standing": vote.by.standing.value,
        "at": vote.at.isoformat(),
    }


def ledger_detail(detail: Json) -> Jsonb | None:
    return _jsonb(detail)


# PostgreSQL's text and jsonb take every character but U+0000. Graphs and people may send it all the same, and
# what people saw must be what runs, so it travels as two other characters of Unicode's private use area.
_NUL, _MARK = "\x00", "\uf8f0"


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        if _NUL not in value and _MARK not in value:
            return value
        return value.replace(_MARK, _MARK + "1").replace(_NUL, _MARK + "0")
    if isinstance(value, Mapping):
        return {_escaped(key): _escaped(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_escaped(item) for item in value]
    return value


def _unescaped(value: Any) -> Any:
    if isinstance(value, str):
        if _MARK not in value:
            return value
        return value.replace(_MARK + "0", _NUL).replace(_MARK + "1", _MARK)
    if isinstance(value, dict):
        return {_unescaped(key): _unescaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unescaped(item) for item in value]
    return value


def _jsonb(value: Json) -> Jsonb | None:
    return None if value is None else Jsonb(_escaped(value))
