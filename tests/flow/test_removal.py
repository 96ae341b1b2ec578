"""The app was removed from a workspace: when its installation is deleted, and what is closed afterwards."""

from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any, cast

import pytest

from countersign.flow.installation.installation import Installation
from countersign.flow.installation.removal import InstallationRemoval, RemovalSweep
from countersign.flow.ports.database.installations import InstallationStore, RemovalStore

INSTALLED = Installation(
    id="T1",
    enterprise_id=None,
    name="Acme",
    url="https://acme.slack.com/",
    app_id="A1",
    bot_id="B1",
    bot_user="UBOT",
    scopes=frozenset({"chat:write"}),
    token="xoxb-secret",
    refresh_token="xoxe-secret",
    installed_by="UALICE",
)


class OneInstallation:
    """Holds one installation, or none."""

    def __init__(self, installation: Installation | None) -> None:
        self.installation = installation
        self.removed: list[tuple[str, str]] = []

    async def find(self, team: str) -> Installation | None:
        return self.installation if self.installation and self.installation.id == team else None

    async def remove(self, id_: str, reason: str) -> tuple[str, ...]:
        self.removed.append((id_, reason))
        return (id_, "T2")


@pytest.mark.parametrize(
    ("id_", "is_live", "left"),
    [("T1", False, ("T1", "T2")), ("T1", True, ()), ("T9", False, ())],
    ids=["gone", "installed again", "unknown"],
)
async def test_an_installation_is_deleted_if_slack_says_that_it_is_gone(
    id_: str, is_live: bool, left: tuple[str, ...]
) -> None:
    store = OneInstallation(INSTALLED)

    async def ask(installation: Installation) -> bool:
        assert installation is INSTALLED
        return is_live

    assert await InstallationRemoval(cast("InstallationStore", store), ask)(id_, "app_uninstalled") == left
    assert store.removed == ([("T1", "app_uninstalled")] if left else [])


class RemovedWorkspaces:
    """Workspaces from which the app was removed, and how many approvals are still open there."""

    def __init__(self, **open_approvals: int) -> None:
        self.open = open_approvals

    async def removed(self, limit: int) -> tuple[tuple[str, str], ...]:
        return tuple((team, "app_uninstalled") for team in self.open)[:limit]

    async def close_workspace(self, team: str, reason: str, limit: int) -> bool:
        assert reason == "app_uninstalled"
        closed = min(limit, self.open[team])
        self.open[team] -= closed
        return closed > 0


async def test_the_sweep_closes_what_is_open_in_each_and_logs_where_there_was_something(
    logged: list[MutableMapping[str, Any]],
) -> None:
    workspaces = RemovedWorkspaces(T1=3, T2=0, T3=1)
    await RemovalSweep(cast("RemovalStore", workspaces))()
    assert workspaces.open == {"T1": 0, "T2": 0, "T3": 0}
    assert [entry["team"] for entry in logged] == ["T1", "T3"]


async def test_one_round_of_the_sweep_is_bounded_and_the_next_goes_on() -> None:
    workspaces = RemovedWorkspaces(T1=201)
    sweep = RemovalSweep(cast("RemovalStore", workspaces))
    await sweep()
    assert workspaces.open == {"T1": 1}
    await sweep()
    assert workspaces.open == {"T1": 0}


def test_an_installation_is_a_workspaces_unless_it_has_its_organisations_id() -> None:
    assert not INSTALLED.is_organisation
    assert not replace(INSTALLED, enterprise_id="E1").is_organisation
    assert replace(INSTALLED, id="E1", enterprise_id="E1").is_organisation


def test_its_tokens_are_in_no_log() -> None:
    assert "secret" not in repr(INSTALLED)
