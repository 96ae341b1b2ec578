"""What people did at the page, taken away as a test and as a script, does the same again, as it is."""

import asyncio
import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from slack_local.model.seed import ALL_EVENTS, ALL_SCOPES, App
from slack_local.page.recording.harness import ANY_BOT, Harness, app_fixture
from slack_local.people.threads import Thread
from slack_local.script.language import Language
from slack_local.workspace import LocalWorkspace
from tests.testing.installed import run_pytest

pytestmark = pytest.mark.timeout(240)

BOT = Path(__file__).with_name("recorded_bot.py")
MANIFEST = json.dumps(
    {
        "display_information": {"name": "desk"},
        "settings": {"event_subscriptions": {"bot_events": ALL_EVENTS}},
        "oauth_config": {"scopes": {"bot": ALL_SCOPES}},
    }
)


class PageUser:
    """Acts as the page does, by requests."""

    def __init__(self, workspace: LocalWorkspace, client: aiohttp.ClientSession) -> None:
        self._workspace = workspace
        self._client = client
        self.general = workspace.channel_id("general")

    async def does(self, person: str, do: str, **given: Any) -> dict[str, Any]:
        token = self._workspace.page_url.partition("token=")[2]
        async with self._client.post(
            f"{self._workspace.address}/page/do",
            json={"as": person, "do": do, **given},
            headers={"Authorization": f"Bearer {token}"},
        ) as answer:
            found: dict[str, Any] = await answer.json()
        assert found["ok"], found
        return found

    async def sources(self) -> Mapping[str, str]:
        return await self.does("alice", "recording")


@pytest.fixture
async def workspace() -> AsyncIterator[LocalWorkspace]:
    async with LocalWorkspace(app=App(name="desk")) as running:
        yield running


@pytest.fixture
async def page(workspace: LocalWorkspace) -> AsyncIterator[PageUser]:
    """The page of a workspace in which the recorded bot is at work, as a process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(BOT), env=os.environ | workspace.environment()
    )
    try:
        await workspace.connected()
        async with aiohttp.ClientSession() as client:
            yield PageUser(workspace, client)
    finally:
        process.terminate()
        await process.wait()


async def everything(workspace: LocalWorkspace, page: PageUser) -> None:
    """One of everything that a script can say, and in two threads at once."""
    general = page.general
    roots = [
        str((await page.does("carol", "say", channel=general, text=f"@desk refund {about}"))["thread_ts"])
        for about in ("12 'of \"May\"'", "13")
    ]
    first, second = roots
    threads = [Thread(workspace.slack, general, root) for root in roots]
    cards = {root: (await thread.card()).message for root, thread in zip(roots, threads, strict=True)}
    await page.does("carol", "say", channel=general, thread_ts=first, text="soon, please")
    await page.does("alice", "click", channel=general, ts=cards[first].ts, action_id="amend")
    form = await workspace.alice.modal_opens()
    await page.does("alice", "submit", view=form.id, values={"/amount": "400", "/note or not": "a [b]"})
    await page.does("alice", "submit", view=form.id, values={"/amount": "20"})
    await workspace.slack.changes.wait_for(
        "anything", lambda: "Amended to 20" in cards[first].text, limit=5, what="the amended card"
    )
    await page.does("gus", "click", channel=general, ts=cards[second].ts, action_id="approve")
    notice = await workspace.gus.sees_ephemeral("Guests")
    await page.does("gus", "click", ephemeral=notice.id, action_id="understood")
    await page.does("bob", "click", channel=general, ts=cards[second].ts, action_id="approve")
    await workspace.slack.changes.wait_for(
        "anything", lambda: not cards[second].blocks, limit=5, what="the closed card"
    )
    await page.does("bob", "click", channel=general, ts=cards[first].ts, action_id="pace", value="fast")
    await page.does("carol", "run", channel=general, text="/desk refund 14")
    started = await workspace.bot_thread("#general", 0)
    card = await started.card()
    await page.does("bob", "click", channel=general, ts=card.ts, action_id="approve")
    await started.wait_for("Approved")


async def taken_away(page: PageUser, folder: Path) -> tuple[Path, Path]:
    sources = await page.sources()
    test, script = folder / "test_recorded.py", folder / "recorded.txt"
    test.write_text(sources["test"])
    script.write_text(sources["script"])
    return test, script


async def test_the_test_runs_as_it_is(workspace: LocalWorkspace, page: PageUser, tmp_path: Path) -> None:
    await everything(workspace, page)
    test, _ = await taken_away(page, tmp_path)
    ran = await asyncio.to_thread(run_pytest, tmp_path, BOT_COMMAND=f"{sys.executable} {BOT}")
    assert "1 passed" in ran.stdout, f"{test.read_text()}\n{ran.stdout}{ran.stderr}"


async def test_the_script_runs_as_it_is(workspace: LocalWorkspace, page: PageUser, tmp_path: Path) -> None:
    await everything(workspace, page)
    _, script = await taken_away(page, tmp_path)
    (tmp_path / "manifest.json").write_text(MANIFEST)
    options = ["--manifest", "manifest.json", "--script", "recorded.txt", "--", sys.executable, str(BOT)]
    played = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "slack_local", *options],
        cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert played.returncode == 0, f"{script.read_text()}\n{played.stdout}{played.stderr}"
    assert "# " not in script.read_text().partition("\n")[2], "everything here can be said by a script"


async def test_what_scripts_cannot_say_a_test_does_too(
    workspace: LocalWorkspace, page: PageUser, tmp_path: Path
) -> None:
    general = page.general
    root = (await page.does("carol", "say", channel=general, text="no mention"))["thread_ts"]
    await page.does("carol", "edit", channel=general, ts=root, text="a mention, nearly")
    await page.does("bob", "react", channel=general, ts=root, name="eyes")
    await page.does("bob", "unreact", channel=general, ts=root, name="eyes")
    reply = (await page.does("bob", "say", channel=general, thread_ts=root, text="wrong thread"))["thread_ts"]
    assert reply == root
    mine = workspace.slack.state.thread(general, root)[1]
    await page.does("bob", "delete", channel=general, ts=mine.ts)
    direct = workspace.alice.direct().id
    await page.does("alice", "say", channel=direct, text="hello")
    await page.does("alice", "home")
    home = await workspace.alice.home_shows(lambda _: True)
    await page.does("alice", "click", view=home.id, action_id="receipt")
    form = await workspace.alice.modal_opens()
    file = (await page.does("alice", "upload", name="a.txt", content=b64encode(b"12").decode()))["file"]
    await page.does("alice", "fill", view=form.id, values={"/file": [file]})
    await page.does("alice", "close", view=form.id)
    await page.does("alice", "shortcut", callback_id="new")

    test, script = await taken_away(page, tmp_path)
    ran = await asyncio.to_thread(run_pytest, tmp_path, BOT_COMMAND=f"{sys.executable} {BOT}")
    assert "1 passed" in ran.stdout, f"{test.read_text()}\n{ran.stdout}{ran.stderr}"
    Language().read(script.read_text(), "it can be played all the same")
    assert "# bob reacted to a message, which scripts cannot say" in script.read_text()


async def test_what_only_looks_is_not_recorded_and_starting_over_forgets(
    workspace: LocalWorkspace, page: PageUser
) -> None:
    nothing = await page.sources()
    await page.does("bob", "timeline", channel=page.general)
    assert await page.sources() == nothing
    await page.does("bob", "say", channel=page.general, text="hello")
    assert "hello" in (await page.sources())["test"]
    await page.does("bob", "recording", clear=True)
    assert await page.sources() == nothing


def test_an_app_of_ones_own_is_installed_in_the_test_too() -> None:
    assert app_fixture(App()) == ""
    source = app_fixture(App(name="desk", scopes=frozenset({"b", "a"})))
    space: dict[str, Any] = {"pytest": pytest, "App": App}
    exec(source.replace("@pytest.fixture\n", ""), space)
    assert space["workspace_app"]() == App(name="desk", scopes=frozenset({"a", "b"}))


def test_a_harness_says_how_to_get_the_bot() -> None:
    assert isinstance(ANY_BOT, Harness)
    assert "BOT_COMMAND" in ANY_BOT.fixtures


async def test_files_of_a_message_are_in_the_test_and_a_line_in_the_script(workspace: LocalWorkspace) -> None:
    async with aiohttp.ClientSession() as client:
        page = PageUser(workspace, client)
        content = b64encode(b"a;b").decode()
        held = [
            (await page.does("carol", "upload", name=name, content=content))["file"]["id"]
            for name in ("rows.csv", "more.csv")
        ]
        said = {"channel": page.general, "text": "look"}
        root = (await page.does("carol", "say", files=held[:1], **said))["thread_ts"]
        await page.does("carol", "say", channel=page.general, thread_ts=root, files=held[1:])
        sources = await page.sources()

    carol = "await workspace.carol.says"
    assert f"thread_1 = {carol}('#general', 'look', files={{'rows.csv': b'a;b'}})" in sources["test"]
    assert f"{carol}(thread_1.channel, '', thread_1.ts, files={{'more.csv': b'a;b'}})" in sources["test"]
    assert sources["script"].count("# carol sent files along (1), which scripts cannot say") == 2
