"""The pytest fixture `workspace`: a Slack of its own for each test. pytest finds it by itself.

Needs pytest-asyncio. See the README of slack_local.
"""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

# pytest imports this module in every run of every project, so what the fixtures need is imported in them.
if TYPE_CHECKING:
    from slack_local.model.seed import App
    from slack_local.workspace import LocalWorkspace

try:
    from pytest_asyncio import fixture as async_fixture
except ImportError:
    async_fixture = pytest.fixture  # type: ignore[assignment]  # the same arguments

RETRY_SCHEDULE = (0.0, 0.1, 0.2)
"""Seconds before each retry of an event; Slack's are 0, 60 and 300."""


@pytest.fixture
def workspace_app() -> "App":
    """The app that is installed in `workspace`: its name, its scopes, the events it subscribed to."""
    from slack_local.model.seed import App

    return App()


@async_fixture
async def workspace(workspace_app: "App") -> "AsyncIterator[LocalWorkspace]":
    """A workspace that the bot reaches over Socket Mode, with the settings of `workspace.environment()`."""
    from slack_local.workspace import LocalWorkspace

    async with LocalWorkspace(app=workspace_app, retry_schedule=RETRY_SCHEDULE) as running:
        yield running
