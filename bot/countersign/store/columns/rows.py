"""Maps table rows to values of the flow and the domain, and back.

The columns are json, not jsonb: the order of keys is kept for the cards, and so is every character that JSON
can hold, U+0000 among them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from psycopg.types.json import Json as AsJson

from countersign.approvals.approval import Approval
from countersign.approvals.assignment.inbox_index import awaited, concerned, deadline, excused
from countersign.approvals.lifecycle import Status
from countersign.flow.error_report import ErrorReport
from countersign.flow.errors import WrittenByNewerVersion
from countersign.flow.live.content import MessageStream
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRecord, ThreadRef
from countersign.store.columns import stored_policy, vote_columns
from countersign.store.encryption.protected_columns import protected_json, protected_text

Row = Mapping[str, Any]
E = TypeVar("E", bound=StrEnum)


def known(enum: type[E], value: str) -> E:
    """Raises WrittenByNewerVersion for a value that this version does not know."""
    try:
        return enum(value)
    except ValueError:
        raise WrittenByNewerVersion from None


def thread_from(row: Row) -> ThreadRecord:
    return ThreadRecord(
        ref=ThreadRef.parse(row["id"]),
        graph=row["graph"],
        last_posted_key=row["last_posted_key"],
        halted=row["halted"],
        attempts=row["attempts"],
        step_starts=row["step_starts"],
        fence=row["fence"],
        early_keys=tuple(row["early_keys"] or ()),
        requester=row["requester"],
    )


def inbound_from(row: Row) -> Inbound:
    return Inbound(
        key=row["key"],
        event_id=row["event_id"],
        kind=known(InboundKind, row["kind"]),
        thread=ThreadRef.parse(row["thread_id"]),
        user=row["user_id"],
        text=row["text"],
        body=row["body"],
        ts=row["ts"],
        kept=bool(row.get("kept")),
        open_approvals=tuple(row["open_approvals"] or ()),
        traceparent=row.get("traceparent"),
    )


def run_error_row(error: ErrorReport, thread: ThreadRef) -> dict[str, Any]:
    return {
        **asdict(error),
        "thread_id": thread.id,
        "message": protected_text(error.message, "message", error.error_id),
        "traceback": protected_text(error.traceback, "traceback", error.error_id),
    }


def inbound_row(inbound: Inbound) -> dict[str, Any]:
    return {
        "key": inbound.key,
        "event_id": inbound.event_id,
        "thread_id": inbound.thread.id,
        "kind": inbound.kind,
        "user_id": inbound.user,
        "text": protected_text(postgres_text(inbound.text), "text", inbound.key),
        "body": protected_json(inbound.body, "body", inbound.key),
        "ts": inbound.ts,
    }


def outgoing_from(row: Row) -> Outgoing:
    return Outgoing(
        key=row["key"],
        kind=known(OutgoingKind, row["kind"]),
        team=row["team"],
        channel=row["channel"],
        thread_ts=row["thread_ts"],
        body=row["body"],
        approval_id=row["approval_id"],
        held=row.get("held_at") is not None,
        attempts=row["attempts"] - 1,
        stream=stream_from(row["stream"]) if row.get("stream") else None,
    )


def stream_from(row: Row) -> MessageStream:
    begun_at = row["begun_at"]
    return MessageStream(
        key=row["key"],
        team=row["team"],
        channel=row["channel"],
        thread_ts=row["thread_ts"],
        begun_at=datetime.fromisoformat(begun_at) if isinstance(begun_at, str) else begun_at,
        ts=row["ts"],
        native=row["native"],
    )


def outgoing_row(outgoing: Outgoing) -> dict[str, Any]:
    return {
        "key": outgoing.key,
        "kind": outgoing.kind,
        "team": outgoing.team,
        "channel": outgoing.channel,
        "thread_ts": outgoing.thread_ts,
        "body": protected_json(outgoing.body, "body", outgoing.key),
        "approval_id": outgoing.approval_id,
    }


def approval_from(row: Row) -> Approval:
    return Approval(
        id=row["id"],
        thread_id=row["thread_id"],
        interrupt_id=row["interrupt_id"],
        digest=row["digest"],
        digest_key=row["digest_key"],
        value=row["value"],
        schema=row["schema"],
        checkpoint_id=row["checkpoint_id"],
        graph_version=row["graph_version"],
        graph=row.get("graph"),
        requester=row["requester"],
        rules=stored_policy.rules_from(row["rules"]),
        row_votes=vote_columns.row_votes_from(row["row_votes"]),
        status=known(Status, row["status"]),
        votes=vote_columns.votes_from(row["votes"]),
        opened_at=row["opened_at"],
        node=row["node"],
        answer_shape=row["answer_shape"],
        state=row["state"],
        answer=row["answer"],
        closes_as=known(Status, row["closes_as"]),
        status_reason=row["status_reason"],
        version=row["version"],
        rendered_version=row["rendered_version"],
        card_ts=row["card_ts"],
        card_losses=row.get("card_losses") or 0,
        look_alikes=row.get("look_alikes") or {},
        asked_at=row.get("asked_at"),
        fired=vote_columns.fired_from(row.get("fired")),
        undo_until=row.get("undo_until"),
        claim=vote_columns.claim_from(row.get("claim")),
        referrals=vote_columns.referrals_from(row.get("referrals")),
        posted_to=row.get("posted_to"),
        opened_in=row.get("opened_in"),
        decided_in=row.get("decided_in"),
    )


async def reviews_from(found: Iterable[Row]) -> tuple[Review, ...]:
    return tuple([await Review(approval_from(row)).parsed() for row in found])


def approval_row(approval: Approval) -> dict[str, Any]:
    return {
        **_protected_columns(approval),
        "id": approval.id,
        "thread_id": approval.thread_id,
        "interrupt_id": approval.interrupt_id,
        "digest": approval.digest,
        "digest_key": approval.digest_key,
        "checkpoint_id": approval.checkpoint_id,
        "graph_version": approval.graph_version,
        "graph": approval.graph,
        "requester": approval.requester,
        "rules": stored_policy.rules_column(approval.rules),
        "status": approval.status,
        "node": postgres_text(approval.node),
        "answer_shape": json_column(approval.answer_shape),
        "look_alikes": json_column(dict(approval.look_alikes) or None),
        "closes_as": approval.closes_as,
        "version": approval.version,
        "opened_at": approval.opened_at,
        "asked_at": approval.asked_at,
        "fired": json_column(vote_columns.fired_column(approval.fired)),
        "undo_until": approval.undo_until,
        "due_at": approval.due_at,
        "posted_to": approval.posted_to,
        "phase": approval.phase.value,
        **inbox_columns(approval),
        "concerned": _texts(concerned(approval)),
    }


def _protected_columns(approval: Approval) -> dict[str, Any]:
    """What people and agents wrote."""
    columns = {
        "value": approval.value,
        "schema": approval.schema,
        "state": approval.state,
        "answer": approval.answer,
        "votes": vote_columns.votes_column(approval.votes),
        "row_votes": vote_columns.row_votes_column(approval),
        "claim": vote_columns.claim_column(approval.claim),
        "referrals": vote_columns.referrals_column(approval.referrals),
    }
    return {
        **{name: protected_json(value, name, approval.id) for name, value in columns.items()},
        "status_reason": protected_text(postgres_text(approval.status_reason), "status_reason", approval.id),
    }


def inbox_columns(approval: Approval) -> dict[str, Any]:
    """Whom it waits for, and until when."""
    return {
        "awaits": _texts(awaited(approval)),
        "excused": _texts(excused(approval)),
        "deadline": deadline(approval),
    }


def _texts(texts: Iterable[str]) -> list[str | None]:
    return [postgres_text(text) for text in texts]


def json_column(value: Any) -> AsJson | None:
    """The parameter for a json column; None becomes NULL, not a JSON null."""
    return None if value is None else AsJson(value)


def postgres_text(text: str | None) -> str | None:
    """Replaces U+0000 and lone surrogates, which PostgreSQL's text type refuses, with U+FFFD."""
    if text is None:
        return None
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\x00", "\ufffd")
