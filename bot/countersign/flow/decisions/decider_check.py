"""Checks that a person could decide an approval, for actions reserved to deciders: claiming, referring."""

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import CountersignError, MayNotDecide
from countersign.approvals.lifecycle import Status
from countersign.approvals.person import Person
from countersign.approvals.policy.voting.permission import check_may_open
from countersign.flow.decisions.evidence.refusal_log import RefusalLog
from countersign.flow.observability.observer import Observer
from countersign.flow.policy.voting import Voting
from countersign.flow.ports import Clock, Ledger, Store


class DeciderCheck:
    def __init__(self, voting: Voting, ledger: Ledger | None) -> None:
        """Without `ledger`, refusals are not kept."""
        self._voting = voting
        self._refusals = RefusalLog(ledger)

    async def __call__(self, approval: Approval, person: Person, without_rules: CountersignError) -> None:
        """Raise NotPending, `without_rules` where any member can decide, or MayNotDecide, which is kept."""
        check_named_people_decide(approval, without_rules)
        async with self._refusals.kept(approval, approval.open_rows[0], person, None):
            await self.check_may_decide_some(approval, person)

    async def check_may_decide_some(self, approval: Approval, person: Person) -> None:
        """Raise MayNotDecide unless there is an open row that this person may decide in some way."""
        refused: MayNotDecide | None = None
        for row in approval.open_rows:
            now = await self._voting.row(approval, row, person.id)
            for kind in (each for each in DecisionKind if each in approval.rule(row).decisions):
                try:
                    return check_may_open(now.context, now.votes, person, kind)
                except MayNotDecide as refusal:
                    refused = refused or refusal
        raise refused or MayNotDecide


class DeciderCommand:
    """An action on an approval, other than deciding, that is reserved to those who may decide it."""

    def __init__(
        self,
        store: Store,
        voting: Voting,
        clock: Clock,
        ledger: Ledger | None = None,
        observer: Observer | None = None,
    ) -> None:
        """Without `ledger`, refusals are not kept."""
        self._store = store
        self._clock = clock
        self._check = DeciderCheck(voting, ledger)
        self._observer = observer or Observer()


def check_named_people_decide(approval: Approval, without_rules: CountersignError) -> None:
    """Raise NotPending, or `without_rules` where any member can decide."""
    if approval.status is not Status.PENDING:
        row = next(iter(approval.open_rows), 0)
        approval.check_open(row, approval.digest_of(row))
    if not approval.rule_names:
        raise without_rules
