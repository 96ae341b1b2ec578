"""Votes as json columns: what each row was decided by, and all votes where there are more."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from countersign.approvals.approval import Approval
from countersign.approvals.assignment.claim import Claim
from countersign.approvals.assignment.referral import Referral
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.approver_set import Source, SourceKind
from countersign.approvals.policy.clock.timers import Fired, TimerKind
from countersign.approvals.policy.voting.missing_approvals import MissingApprovals
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.votes.vote import Vote

Row = Mapping[str, Any]


def votes_column(votes: Sequence[Vote | None]) -> Json:
    return [_vote_row(vote) for vote in votes]


def votes_from(column: Any) -> tuple[Vote | None, ...]:
    return tuple(_vote_from(vote) for vote in column)


def row_votes_column(approval: Approval) -> Json:
    """Null where each row's only vote is the one that decided it."""
    return [_row_votes_row(votes) for votes in approval.row_votes] or None


def row_votes_from(column: Any) -> tuple[RowVotes, ...]:
    return tuple(_stored_row_votes(row) for row in column or ())


def fired_column(fired: frozenset[Fired]) -> Json:
    """Null for no timers."""
    return [[each.row, each.kind.value] for each in sorted(fired)] or None


def fired_from(column: Any) -> frozenset[Fired]:
    return frozenset(Fired(row=row, kind=TimerKind(kind)) for row, kind in column or ())


def claim_column(claim: Claim | None) -> Json:
    """Null for nobody's."""
    if claim is None:
        return None
    return {**_person_row(claim.by), "at": claim.at.isoformat()}


def referrals_column(referrals: Sequence[Referral]) -> Json:
    """Null for none."""
    return [
        {
            "by": _person_row(each.by),
            "to": _person_row(each.to),
            "note": each.note,
            "at": each.at.isoformat(),
        }
        for each in referrals
    ] or None


def referrals_from(column: Any) -> tuple[Referral, ...]:
    return tuple(
        Referral(
            by=_person_from(each["by"]),
            to=_person_from(each["to"]),
            note=each["note"],
            at=datetime.fromisoformat(each["at"]),
        )
        for each in column or ()
    )


def claim_from(column: Any) -> Claim | None:
    return Claim(by=_person_from(column), at=datetime.fromisoformat(column["at"])) if column else None


def _person_row(person: Person) -> dict[str, Json]:
    return {"by": person.id, "name": person.name, "standing": person.standing.value}


def _person_from(stored: Row) -> Person:
    return Person(id=stored["by"], name=stored["name"], standing=Standing(stored["standing"]))


def _row_votes_row(votes: RowVotes) -> Json:
    proposal = next((at for at, vote in enumerate(votes.votes) if vote == votes.proposal), None)
    return {
        "votes": [_vote_row(vote) for vote in votes.votes],
        # Its place among the votes; the whole of it where who proposed it has voted otherwise since.
        "proposal": proposal if proposal is not None else _vote_row(votes.proposal),
        "needed": [
            {"count": needed.count, "any_of": [[each.kind.value, *each.names] for each in needed.any_of]}
            for needed in votes.needed
        ],
        **({"uncounted": sorted(votes.uncounted)} if votes.uncounted else {}),
    }


def _stored_row_votes(row: Row) -> RowVotes:
    votes = tuple(vote for each in row["votes"] if (vote := _vote_from(each)) is not None)
    proposal = row["proposal"]
    return RowVotes(
        votes=votes,
        proposal=votes[proposal] if isinstance(proposal, int) else _vote_from(proposal),
        needed=tuple(
            MissingApprovals(count=needed["count"], any_of=tuple(map(_source_from, needed["any_of"])))
            for needed in row["needed"]
        ),
        uncounted=frozenset(row.get("uncounted", ())),
    )


def _source_from(stored: Sequence[str]) -> Source:
    return Source(kind=SourceKind(stored[0]), names=tuple(stored[1:]))


def _vote_from(vote: Row | None) -> Vote | None:
    if vote is None:
        return None
    return Vote(
        decision=Decision(
            kind=DecisionKind(vote["kind"]),
            message=vote.get("message"),
            value=vote.get("value"),
            verbatim=vote.get("verbatim", False),
            ends_run=vote.get("ends_run", False),
            state=vote.get("state"),
        ),
        by=_person_from(vote),
        at=datetime.fromisoformat(vote["at"]),
        broke_glass=vote.get("broke_glass", False),
        expired=vote.get("expired", False),
        cancelled=vote.get("cancelled", False),
        on_behalf_of=_person_from(vote["on_behalf_of"]) if vote.get("on_behalf_of") else None,
        grant=UUID(vote["grant"]) if vote.get("grant") else None,
    )


def _vote_row(vote: Vote | None) -> Json:
    if vote is None:
        return None
    return {
        "kind": vote.decision.kind.value,
        "message": vote.decision.message,
        "value": vote.decision.value,
        "verbatim": vote.decision.verbatim,
        **({"ends_run": True} if vote.decision.ends_run else {}),
        **_person_row(vote.by),
        "at": vote.at.isoformat(),
        **({"broke_glass": True} if vote.broke_glass else {}),
        **({"expired": True} if vote.expired else {}),
        **({"cancelled": True} if vote.cancelled else {}),
        **({"on_behalf_of": _person_row(vote.on_behalf_of)} if vote.on_behalf_of else {}),
        **({"grant": str(vote.grant)} if vote.grant is not None else {}),
        **({"state": dict(vote.decision.state)} if vote.decision.state is not None else {}),
    }
