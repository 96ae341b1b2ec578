"""The voting context of a rule: who is in its groups, what counts, and what votes come to."""

from countersign.approvals.policy.approver_set import Source, SourceKind
from countersign.approvals.policy.clock.freeze_calendar import Freeze
from countersign.approvals.policy.voting.membership import Memberships, Unreadable
from countersign.approvals.policy.voting.permission import VotingContext
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.policy.voting.voting_result import VotingResult, count_votes
from countersign.approvals.votes.vote import Vote
from tests.approvals.policy.policies import a_rule

FINANCE = Source(kind=SourceKind.GROUP, names=("@finance",))
SECURITY = Source(kind=SourceKind.GROUP, names=("@security",))
LEADS = Source(kind=SourceKind.GROUP, names=("@leads",))
ONCALL = Source(kind=SourceKind.GROUP, names=("@oncall",))
BOTH = 'approvers = [{group = "@finance"}, {group = "@security"}]'


def context(
    keys: str,
    *,
    finance: frozenset[str] | Unreadable = frozenset({"UBOB", "UCID"}),
    security: frozenset[str] | Unreadable = frozenset({"UBOB"}),
    requester: str | None = "UREQ",
    freeze: Freeze | None = None,
    escalated: bool = False,
    unfillable: bool = False,
) -> VotingContext:
    rosters: dict[Source, frozenset[str] | Unreadable] = {
        FINANCE: finance,
        SECURITY: security,
        LEADS: frozenset({"ULEAD"}),
        ONCALL: frozenset({"UONC"}),
    }
    return VotingContext(
        rule=a_rule(keys),
        memberships=Memberships(rosters=rosters, requester=requester),
        freeze=freeze,
        escalated=escalated,
        unfillable=unfillable,
    )


def counted(where: VotingContext, *votes: Vote) -> VotingResult:
    """What these votes come to, the last of them cast now."""
    row = RowVotes()
    for each in votes:
        row = row.cast(each)
    return count_votes(where, row, votes[-1].by.id if votes else None)
