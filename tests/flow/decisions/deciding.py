"""One card under a rule, and what becomes of decisions on it, without a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.person import Person
from countersign.flow.decisions.decide import Decide, DecisionRequest
from countersign.flow.grants.give import GiveGrant
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.voting import Voting
from countersign.flow.review import Review
from tests.approvals.policy.policies import a_policy
from tests.approvals.test_record import OPENED, an_approval
from tests.flow.decisions.approvals_in_memory import ApprovalsInMemory
from tests.support.fakes.fake_directory import FakeDirectory

YES = DecisionKind.APPROVE
CALL: Json = {"type": "tool_approval", "name": "pay", "args": {"amount": 5}}
FINANCE = 'approvers = [{group = "@finance"}]\n'


@dataclass
class Refusals:
    kept: list[Mapping[str, Any]] = field(default_factory=list)

    async def append(self, **entry: Any) -> None:
        self.kept.append(entry)


class Deciding:
    """One card under a rule, and what becomes of decisions on it."""

    def __init__(self, keys: str = "", *, more: str = "", freeze: str | None = None, **changes: Any) -> None:
        """Under the first rule of a policy with these keys; `more`: the text of further rules."""
        calendars = {"freeze": freeze} if freeze is not None else {}
        policy = a_policy(f'[[rule]]\nname = "r"\n{keys}\n{more}', **calendars)
        approval = an_approval(policy.rules[0], value=CALL, requester="UALICE")
        self.approval: Approval = replace(approval, **changes)
        self.approvals = ApprovalsInMemory(self.approval)
        self.refusals = Refusals()
        self.now = OPENED
        self.directory = FakeDirectory(groups={"@finance": {"UBOB", "UCAROL"}, "@security": {"UCAROL"}})
        self.give_grant: GiveGrant | None = None
        self.policy = CurrentPolicy(policy)

    @property
    def decide(self) -> Decide:
        return Decide(
            self.approvals.store,
            lambda: self.now,
            voting=Voting(self.policy, self.directory, lambda: self.now),
            ledger=self.refusals,
            give_grant=self.give_grant,
        )

    async def opens(
        self, who: Person, kind: DecisionKind | None = None, *, digest: str | None = None, channel: str = "C1"
    ) -> Review:
        digest = self.approval.digest_of(0) if digest is None else digest
        return await self.decide.find_open(self.approval.id, digest, 0, channel, who, kind)

    def request(self, kind: DecisionKind = YES, **changes: Any) -> DecisionRequest:
        value = changes.pop("value", None)
        request = DecisionRequest(
            approval_id=self.approval.id,
            digest=self.approval.digest_of(0),
            channel="C1",
            decisions={0: Decision(kind=kind, value=value, message=changes.pop("reason", None))},
            via="button",
        )
        return replace(request, **changes)

    async def votes(self, who: Person, kind: DecisionKind = YES, **changes: Any) -> Approval:
        review = await self.decide(self.request(kind, **changes), who)
        return review.approval
