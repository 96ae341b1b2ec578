"""Which workspace of an organisation a payload is for, without Slack and without a database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from countersign.flow.installation.organisations import Organisations, PayloadSubject

APPROVAL = UUID(int=1)
REFRESH_EVERY = 30.0  # seconds
MAX_AGE = 2.0  # seconds


@dataclass
class Organisation:
    """What Slack and the store say of E1; `asked` counts what was asked of them."""

    stored: frozenset[str] = frozenset({"T1", "T2"})
    granted: frozenset[str] | None = frozenset({"T1", "T2"})
    approvals: frozenset[str] = frozenset()  # the workspaces of the approvals that a payload names
    threads: frozenset[str] = frozenset()  # ids of the threads that exist
    own: Sequence[str] = ()  # the workspaces of whoever acts
    now: float = 1000.0
    asked: list[str] = field(default_factory=list)

    async def workspaces(self, enterprise_id: str) -> frozenset[str]:
        assert enterprise_id == "E1"
        self.asked.append("stored")
        return self.stored

    async def set_workspaces(
        self, enterprise_id: str, teams: Collection[str], reason: str
    ) -> tuple[str, ...]:
        left = tuple(sorted(self.stored - set(teams)))
        self.stored = frozenset(teams)
        return left

    async def workspaces_of_approvals(self, approvals: Collection[UUID]) -> frozenset[str]:
        assert set(approvals) == {APPROVAL}
        return self.approvals

    async def workspaces_of_threads(self, threads: Collection[str]) -> frozenset[str]:
        return frozenset(each.split("/")[0] for each in self.threads & set(threads))

    async def ask_slack(self, enterprise_id: str) -> frozenset[str] | None:
        self.asked.append("slack")
        return self.granted

    async def of_person(self, enterprise_id: str, user: str) -> Sequence[str]:
        assert (enterprise_id, user) == ("E1", "UBOB")
        self.asked.append("person")
        return self.own

    def open(self) -> Organisations:
        return Organisations(self, self.ask_slack, self.of_person, lambda: self.now)


THREAD = PayloadSubject(threads=frozenset({("C1", "1.0")}), teams=("T1",))
DECISION = PayloadSubject(approvals=frozenset({APPROVAL}), teams=("T1",), user="UBOB")


@pytest.mark.parametrize(
    ("organisation", "subject", "workspace"),
    [
        (Organisation(approvals=frozenset({"T2"})), DECISION, "T2"),
        (Organisation(approvals=frozenset({"T2", "T9"})), DECISION, "T2"),
        (Organisation(approvals=frozenset({"T9"})), DECISION, "T1"),
        (Organisation(approvals=frozenset({"T1", "T2"})), DECISION, "T1"),
        (Organisation(threads=frozenset({"T2/C1/1.0"})), THREAD, "T2"),
        (Organisation(threads=frozenset({"T1/C1/1.0", "T2/C1/1.0"})), THREAD, "T1"),
        (Organisation(threads=frozenset({"T9/C1/1.0"})), THREAD, "T1"),
        (Organisation(), PayloadSubject(teams=("T9", "T2")), "T2"),
        (Organisation(), PayloadSubject(teams=("T9",), user="UBOB"), None),
        (Organisation(own=("T9", "T2")), PayloadSubject(user="UBOB"), "T2"),
        (Organisation(own=("T9",)), PayloadSubject(user="UBOB"), None),
        (Organisation(own=("T2",)), PayloadSubject(), None),
    ],
    ids=[
        "the approval's",
        "that of its approval that is served",
        "an approval elsewhere",
        "two approvals",
        "the thread's",
        "a thread in both",
        "a thread elsewhere",
        "the first named that is served",
        "none that is named",
        "the person's own",
        "none of the person's",
        "nobody acts",
    ],
)
async def test_what_a_payload_is_about_decides(
    organisation: Organisation, subject: PayloadSubject, workspace: str | None
) -> None:
    assert await organisation.open().workspace_of("E1", subject) == workspace


async def test_slack_is_asked_about_a_workspace_that_is_not_known_and_not_again_at_once() -> None:
    organisation = Organisation(stored=frozenset({"T1"}))
    organisations = organisation.open()
    assert await organisations.workspace_of("E1", PayloadSubject(teams=("T2",))) == "T2"
    assert organisation.asked == ["stored", "slack", "stored"]
    assert await organisations.workspace_of("E1", PayloadSubject(teams=("T9",))) is None
    organisation.now += REFRESH_EVERY - 0.1
    assert await organisations.workspace_of("E1", PayloadSubject(teams=("T9",))) is None
    assert organisation.asked.count("slack") == 1
    organisation.now += 0.1
    organisation.granted = frozenset({"T9"})
    assert await organisations.workspace_of("E1", PayloadSubject(teams=("T9",))) == "T9"
    assert organisation.asked.count("slack") == 2


async def test_slack_is_asked_where_no_workspace_is_known_at_all() -> None:
    organisation = Organisation(stored=frozenset(), own=("T2",))
    assert await organisation.open().workspace_of("E1", PayloadSubject(user="UBOB")) == "T2"


async def test_what_is_stored_is_read_again_after_a_moment() -> None:
    organisation = Organisation()
    organisations = organisation.open()
    for _ in range(2):
        await organisations.workspace_of("E1", PayloadSubject(teams=("T1",)))
    assert organisation.asked == ["stored"]
    organisation.now += MAX_AGE
    await organisations.workspace_of("E1", PayloadSubject(teams=("T1",)))
    assert organisation.asked == ["stored", "stored"]


async def test_a_refresh_tells_which_workspaces_are_left_and_reads_them_anew() -> None:
    organisation = Organisation(granted=frozenset({"T2", "T3"}))
    organisations = organisation.open()
    await organisations.workspace_of("E1", PayloadSubject(teams=("T1",)))
    assert await organisations.refresh("E1", "team_access_revoked") == ("T1",)
    assert await organisations.workspace_of("E1", PayloadSubject(teams=("T3",))) == "T3"


async def test_an_organisation_without_an_installation_keeps_what_is_stored() -> None:
    organisation = Organisation(granted=None)
    assert await organisation.open().refresh("E1", "team_access_revoked") == ()
    assert organisation.stored == {"T1", "T2"}
