"""A graph is changed while the demo runs: it is loaded anew, and what waits goes on waiting."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.demo.demo_process import ASKS, STARTED, a_project_in, demo, until
from tests.demo.page_client import PageClient

pytestmark = pytest.mark.timeout(180)

RAISES = """
from typing import TypedDict
from langgraph.graph import StateGraph

class State(TypedDict):
    wish: str

def pay(state):
    raise ValueError("no refunds today")

graph = StateGraph(State).add_node(pay).set_entry_point("pay")
"""


def test_a_graph_that_does_not_load_is_shown_and_loaded_once_it_is_mended(
    folder: Path, tmp_path: Path
) -> None:
    config = a_project_in(tmp_path)
    right = config.read_text()
    config.write_text("{")
    with demo(folder, "--config", str(config)) as running:
        running.says(STARTED)
        page = PageClient(running)
        assert "cannot be read as JSON" in running.said
        assert "cannot be read as JSON" in asyncio.run(page.opens())["banner"]

        (tmp_path / "mine.py").write_text(ASKS)
        config.write_text(right)
        running.says("Reloaded: graphs mine")
        hello = asyncio.run(page.opens())
        assert hello["banner"] in ("Reloaded: graphs mine", "")
        assert "scripted" in hello["app"]["note"]
        assert hello["bot_details"]

        root = page.acts("alice", "say", text="@countersign refund 12")["thread_ts"]
        card = page.card(root)
        sections = page.acts("alice", "bot_details", thread_ts=root)["sections"]
        assert [row["event"] for row in sections["Ledger"]] == ["opened", "shown"]
        assert sections["Graph"]["pending"] == [{"question": "Pay?", "wish": "refund 12"}]

        (tmp_path / "mine.py").write_text(ASKS + "\nraise ValueError('not yet')\n")
        running.says("ValueError: not yet")
        assert running.bots() == []
        assert page.acts("alice", "bot_details", thread_ts=root)["sections"] is None
        (tmp_path / "mine.py").write_text(ASKS.replace("It is paid.", "It is paid at once."))
        own = {"env": {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}}
        config.write_text(json.dumps(json.loads(right) | own))
        until(lambda: running.said.count("Reloaded: graphs mine") == 2, lambda: running.said, 40)
        assert "your own" in asyncio.run(page.opens())["app"]["note"]
        page.acts("bob", "click", ts=card, action_id="approval:approve")
        page.shows(root, "It is paid at once.")
        assert running.stops() == 0


def test_the_page_has_the_exception_of_a_graph_beside_its_error_id(folder: Path, tmp_path: Path) -> None:
    config = a_project_in(tmp_path)
    (tmp_path / "mine.py").write_text(RAISES)
    with demo(folder, "--config", str(config)) as running:
        running.says(STARTED)
        page = PageClient(running)
        assert asyncio.run(page.opens())["message_notes"]
        root = page.acts("alice", "say", text="@countersign refund 12")["thread_ts"]
        page.shows(root, "This run stopped.")

        (note,) = page.acts("alice", "message_notes", thread_ts=root)["notes"]
        (failed,) = [message for message in page.thread(root) if note["beside"] in message["text"]]
        assert failed["text"].startswith("This run stopped.")
        assert (note["title"], note["text"]) == ("ValueError", "no refunds today")
        assert note["location"] == f"{tmp_path / 'mine.py'}:9, in pay"
        assert note["code"] == 'raise ValueError("no refunds today")'


def test_a_workspace_whose_demo_is_killed_keeps_what_was_said(folder: Path) -> None:
    with demo(folder) as killed:
        killed.says(STARTED)
        root = PageClient(killed).acts("alice", "say", text="remember this")["thread_ts"]
        until(
            lambda: any("remember this" in file.read_text() for file in folder.glob("*/*/workspace.json")),
            lambda: "what was said is not in the file",
            10,
        )
        killed.process.kill()
        killed.ends()
        with demo(folder) as following:
            following.says(STARTED)
            PageClient(following).shows(root, "remember this")
            assert following.stops() == 0


def test_the_language_of_cards_is_chosen_on_the_page(folder: Path, tmp_path: Path) -> None:
    config = a_project_in(tmp_path)
    with demo(folder, "--config", str(config)) as running:
        running.says(STARTED)
        page = PageClient(running)
        (setting,) = asyncio.run(page.opens())["app"]["settings"]
        assert (setting["name"], setting["value"]) == ("BOT_LANGUAGE", "en")
        with pytest.raises(AssertionError, match="cannot be tlh"):
            page.acts("alice", "change_setting", name="BOT_LANGUAGE", value="tlh")

        page.acts("alice", "change_setting", name="BOT_LANGUAGE", value="ko")
        running.says("Reloaded: graphs mine")
        (setting,) = asyncio.run(page.opens())["app"]["settings"]
        assert setting["value"] == "ko"
        root = page.acts("alice", "say", text="@countersign refund 12")["thread_ts"]
        page.card(root)
        page.shows(root, json.dumps("양식 작성")[1:-1])
        assert running.stops() == 0
