"""The inspection API: a thread's rows and its graph's state, to who has the token and to nobody else."""

import json
from pathlib import Path

from aiohttp import ClientSession

from countersign.testing.cards import approval_card
from tests.support.processes.bots import ROOT
from tests.support.stage import open_stage

TOKEN = "a token of the test's own"
BUILT_PER_RUN = """
from langgraph.graph import MessagesState, StateGraph

def graph(config):
    settings = {}
    if config["configurable"]["thread_id"]:
        settings["region"]
    return StateGraph(MessagesState).add_node("n", lambda state: {}).set_entry_point("n")
"""


async def test_it_shows_all_of_a_thread_to_who_has_the_token(tmp_path: Path, database_url: str) -> None:
    async with (
        open_stage(tmp_path / "stage", database_url) as stage,
        stage.bot(INSPECTION_TOKEN=TOKEN) as bot,
    ):
        thread = await stage.ws.alice.mentions("post 'hello' to #ops")
        await (await approval_card(thread)).approve(by=stage.ws.bob)
        await thread.wait_for("The message is in #ops.")
        address = f"{bot.address}/inspect/{thread.id}"

        async with ClientSession() as client:
            stranger = await client.get(address)
            wrong = await client.get(address, headers={"Authorization": "Bearer something else"})
            told = await client.get(address, headers={"Authorization": f"Bearer {TOKEN}"})
            sections = json.loads(await told.text())

        assert (stranger.status, wrong.status, told.status) == (401, 401, 200)
        assert [row["event"] for row in sections["Ledger"]] == ["opened", "shown", "decided", "resumed"]
        assert sections["Ledger"][2]["actor_name"] == "bob"
        assert sections["Approvals"][0]["value"]["args"]["text"] == "hello"
        assert sections["Graph"]["pending"] == []
        assert "The message is in #ops." in json.dumps(sections["Graph"]["values"])


async def test_it_shows_what_the_graphs_code_does_with_the_answer(tmp_path: Path, database_url: str) -> None:
    async with (
        open_stage(tmp_path / "stage", database_url) as stage,
        stage.bot(INSPECTION_TOKEN=TOKEN) as bot,
    ):
        thread = await stage.ws.alice.mentions("side_effects: hello")
        await approval_card(thread)
        async with ClientSession() as client:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            told = await client.get(f"{bot.address}/inspect/{thread.id}", headers=headers)
            (answer,) = json.loads(await told.text())["Answers"]

        assert (answer["node"], answer["takes"]) == ("ask", "true | false")
        assert answer["read at"].rsplit("/", 1)[-1].startswith("side_effects.py:")
        assert answer["because"] == 'return {"approved": answer is True}'


async def test_it_shows_what_a_run_raised_and_on_which_line_of_the_graph(
    tmp_path: Path, database_url: str
) -> None:
    async with (
        open_stage(tmp_path / "stage", database_url) as stage,
        stage.bot(INSPECTION_TOKEN=TOKEN) as bot,
    ):
        thread = await stage.asks({"fail_with": "OPENAI_API_KEY"})
        shown = await thread.wait_for("This run stopped.")
        async with ClientSession() as client:
            address, headers = f"{bot.address}/inspect/{thread.id}", {"Authorization": f"Bearer {TOKEN}"}
            (error,) = await (await client.get(f"{address}/errors", headers=headers)).json()
            everything = await (await client.get(address, headers=headers)).text()
            stranger = await client.get(f"{address}/errors")

        assert stranger.status == 401
        assert f"Error ID {error['error_id']}." in shown.text
        assert (error["graph"], error["type"]) == ("ask", "RuntimeError")
        assert error["message"] == "Refused with the key [secret]"
        probe = ROOT / "tests/scenario/probes/asking.py"
        code = probe.read_text().splitlines()[error["line"] - 1].strip()
        assert (error["file"], error["function"]) == (str(probe), "act")
        assert (
            code
            == error["code"]
            == 'raise RuntimeError("Refused with the key " + os.environ[wish["fail_with"]])'
        )
        assert (
            "\nRuntimeError: Refused with the key [secret]\nDuring task with name 'act'" in error["traceback"]
        )
        assert json.loads(everything)["Errors"] == [error]
        assert not stage.leaked(everything)


async def test_an_error_of_a_graph_that_is_built_per_run_is_shown_too(
    tmp_path: Path, database_url: str
) -> None:
    async with open_stage(tmp_path / "stage", database_url) as stage:
        (tmp_path / "built.py").write_text(BUILT_PER_RUN)
        config = tmp_path / "langgraph.json"
        config.write_text('{"graphs": {"built": "./built.py:graph"}}')
        async with stage.bot(
            INSPECTION_TOKEN=TOKEN, LANGGRAPH_CONFIG=str(config), DEFAULT_GRAPH="built"
        ) as bot:
            thread = await stage.ws.alice.mentions("hello")
            await thread.wait_for("This run stopped.")
            async with ClientSession() as client:
                headers = {"Authorization": f"Bearer {TOKEN}"}
                address = f"{bot.address}/inspect/{thread.id}/errors"
                (error,) = await (await client.get(address, headers=headers)).json()

    assert (error["type"], error["code"]) == ("KeyError", 'settings["region"]')
    assert (error["file"], error["line"]) == (str(tmp_path / "built.py"), 7)


async def test_without_a_token_there_is_no_inspection_api_and_no_exception_is_stored(
    tmp_path: Path, database_url: str
) -> None:
    async with open_stage(tmp_path / "stage", database_url) as stage, stage.bot() as bot:
        async with ClientSession() as client:
            answers = [
                await client.get(f"{bot.address}/inspect/T/C/1.0{path}", headers={"Authorization": "Bearer "})
                for path in ("", "/errors")
            ]
        thread = await stage.asks({"fail_with": "OPENAI_API_KEY"})
        await thread.wait_for("This run stopped.")

        assert [answer.status for answer in answers] == [404, 404]
        assert stage.rows("SELECT count(*) FROM countersign.run_errors") == [(0,)]
