"""The inspection API: a thread's rows and its graph's state, to who has the token and to nobody else."""

import json
from pathlib import Path

from aiohttp import ClientSession

from countersign.testing.cards import approval_card
from tests.support.stage import open_stage

TOKEN = "a token of the test's own"


async def test_it_tells_all_of_a_thread_to_who_has_the_token(tmp_path: Path, database_url: str) -> None:
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
        assert [row["event"] for row in sections["Ledger"]] == ["opened", "decided", "resumed"]
        assert sections["Ledger"][1]["actor_name"] == "bob"
        assert sections["Approvals"][0]["value"]["args"]["text"] == "hello"
        assert sections["Graph"]["pending"] == []
        assert "The message is in #ops." in json.dumps(sections["Graph"]["values"])


async def test_it_tells_what_the_graphs_code_does_with_the_answer(tmp_path: Path, database_url: str) -> None:
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


async def test_without_a_token_there_is_no_inspection_api(tmp_path: Path, database_url: str) -> None:
    async with open_stage(tmp_path / "stage", database_url) as stage, stage.bot() as bot:
        async with ClientSession() as client:
            answer = await client.get(f"{bot.address}/inspect/T/C/1.0", headers={"Authorization": "Bearer "})

        assert answer.status == 404
