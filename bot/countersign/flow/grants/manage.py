"""Lists and revokes a person's grants."""

from countersign.approvals.errors import CountersignError
from countersign.approvals.person import Person
from countersign.approvals.policy.grants import LISTED_AFTER_END, Grant, GrantState, revoke
from countersign.approvals.policy.stored import fingerprint
from countersign.flow.grants.listed_grant import ListedGrant
from countersign.flow.notices.grant_notes import revoked_note
from countersign.flow.observability.metrics import Metrics
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.ports import Clock, GrantStore
from countersign.i18n import N_, lazy_text

_MIN_ID_LENGTH = 4  # characters that name a grant
_OVER = {
    GrantState.USED_UP: N_("This grant is used up already."),
    GrantState.EXPIRED: N_("This grant has expired already."),
    GrantState.REVOKED: N_("This grant is revoked already."),
}


class UnknownGrant(CountersignError):
    """There is no grant of yours with this ID. `/approvals grants` lists them."""


class GrantOver(CountersignError):
    """This grant has ended already."""


class Grants:
    def __init__(
        self,
        store: GrantStore,
        policy: CurrentPolicy,
        clock: Clock,
        team: str,
        metrics: Metrics | None = None,
    ) -> None:
        self._store = store
        self._policy = policy
        self._clock = clock
        self._team = team
        self._metrics = metrics or Metrics()

    async def of(self, user_id: str) -> tuple[ListedGrant, ...]:
        """The grants that this person gave, or that act for their requests, the newest first.

        Includes those that ended less than a day ago.
        """
        now = self._clock()
        found = await self._store.grants_of(self._team, user_id, now - LISTED_AFTER_END)
        policy = self._policy.policy
        known = {fingerprint(rule) for rule in (*policy.rules, policy.fallback) if rule.grant is not None}
        return tuple(
            ListedGrant(grant=grant, state=grant.state(now), rule_changed=grant.rule_fingerprint not in known)
            for grant in found
            if grant.is_listed(now)
        )

    async def revoke(self, given_id: str, person: Person) -> Grant:
        """Revoke the grant whose id begins so, for who gave it or whose requests it acts for.

        Raises UnknownGrant and GrantOver.
        """
        wanted = given_id.strip().strip("`").lower()
        listed = await self.of(person.id)
        found = [
            each for each in listed if len(wanted) >= _MIN_ID_LENGTH and str(each.grant.id).startswith(wanted)
        ]
        if len(found) != 1:
            raise UnknownGrant
        (only,) = found
        if only.state is not GrantState.ACTIVE:
            raise GrantOver(lazy_text(_OVER[only.state]))
        revoked = revoke(only.grant, self._clock(), person.id)
        if not await self._store.revoke(revoked, person, (revoked_note(revoked, person),)):
            raise GrantOver(lazy_text(_OVER[GrantState.REVOKED]))
        self._metrics.approvals.grants.labels(event="revoked").inc()
        return revoked
