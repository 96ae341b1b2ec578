"""Export and erasure of one person's data, over the wire, with the ledger provable before and after."""

import argparse
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from countersign.commands import people
from countersign.commands.audit import command as audit
from countersign.encryption import generate_key
from countersign.settings import DatabaseSettings
from countersign.testing.cards import approval_card
from tests.scenario.shop import open_shop
from tests.support.in_process import bot_in_process
from tests.support.postgres.readable import tables_with
from tests.support.stage import Stage

pytestmark = pytest.mark.timeout(180)
SECRET = "marzipan"  # in everything that carol writes


@pytest_asyncio.fixture(loop_scope="session")
async def shop(tmp_path: Path, database_url: str) -> AsyncIterator[Stage]:
    async with open_shop(tmp_path, database_url) as stage:
        yield stage


@asynccontextmanager
async def bot(stage: Stage, encryption_key: str) -> AsyncIterator[None]:
    environment = stage.environment(DEFAULT_GRAPH="order", ENCRYPTION_KEY=encryption_key)
    async with bot_in_process(environment):
        await stage.ws.connected(limit=40)
        yield


def settings(stage: Stage, encryption_key: str) -> DatabaseSettings:
    return DatabaseSettings(
        _env_file=None,
        database_url=SecretStr(stage.database_url),
        encryption_key=SecretStr(encryption_key) if encryption_key else None,
    )


async def verified(stage: Stage, key: str) -> int:
    given = argparse.Namespace(action="verify", anchor=[], anchors=[], tsa_roots=None, file=None)
    return await audit.run(settings(stage, key), given)


async def on_people(stage: Stage, key: str, action: str, user: str, workspace: str | None = None) -> int:
    return await people.run(
        settings(stage, key), argparse.Namespace(action=action, user=user, workspace=workspace)
    )


@pytest.mark.parametrize("key", ["", generate_key()], ids=["plain", "encrypted"])
async def test_a_person_gets_their_data_and_is_erased_and_the_ledger_is_still_proven(
    shop: Stage, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    carol, bob = shop.ws.carol, shop.ws.bob
    async with bot(shop, key):
        hers = await carol.mentions(f"{SECRET} one")
        await (await approval_card(hers)).approve(by=bob)
        await hers.wait_for(f"ordered {SECRET} one", limit=30)
        his = await bob.mentions("nuts")
        await (await approval_card(his)).reject(carol, f"no {SECRET}")
        await his.wait_for("nothing", limit=30)
        waiting = await carol.mentions(f"{SECRET} two")
        card = await approval_card(waiting)

        with pytest.raises(people.ThreadsPending, match=f"Nothing was erased: 1 threads .*{waiting.ts}"):
            await on_people(shop, key, "erase", carol.id)
        await card.approve(by=bob)
        await waiting.wait_for(f"ordered {SECRET} two", limit=30)

    capsys.readouterr()
    assert await on_people(shop, key, "export", carol.id) == 0
    exported: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [message["text"] for message in exported["messages"]] == [f"{SECRET} one", f"{SECRET} two"]
    assert {entry["event"] for entry in exported["ledger"]} >= {"opened", "decided"}
    assert len(exported["approvals"]) == 3

    assert await on_people(shop, key, "erase", carol.id) == 0
    assert "Erased: 2 threads" in capsys.readouterr().out
    for table in tables_with(shop.database_url, SECRET):  # what bob's own conversation says of her
        assert table.startswith("public.checkpoint") or table in (
            "countersign.approvals",
            "countersign.outbox",
        )
        assert not key
    assert tables_with(shop.database_url, "Carol") == []
    assert await verified(shop, key) == 0

    assert await on_people(shop, key, "export", bob.id) == 0
    assert "Carol" not in capsys.readouterr().out
    async with bot(shop, key):
        again = await carol.mentions("figs")
        await (await approval_card(again)).approve(by=bob)
        await again.wait_for("ordered figs", limit=30)
    assert await verified(shop, key) == 0


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (
            "UPDATE countersign.ledger SET actor_id = 'UMALLORY' WHERE erased",
            "was changed after its content was erased",
        ),
        (
            "UPDATE countersign.ledger SET detail = NULL, erased = true WHERE event = 'resumed'",
            "no entry says that it was erased",
        ),
    ],
    ids=["what is left was changed", "erased without a record"],
)
async def test_an_erasure_hides_no_other_change(
    shop: Stage, change: str, finding: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with bot(shop, ""):
        hers = await shop.ws.carol.mentions("figs")
        await (await approval_card(hers)).approve(by=shop.ws.bob)
        await hers.wait_for("ordered figs", limit=30)
        his = await shop.ws.bob.mentions("nuts")
        await (await approval_card(his)).approve(by=shop.ws.bob)
        await his.wait_for("ordered nuts", limit=30)
    assert await on_people(shop, "", "erase", shop.ws.carol.id) == 0
    with psycopg.connect(shop.database_url, autocommit=True) as owner:
        owner.execute("ALTER TABLE countersign.ledger DISABLE TRIGGER ALL")
        owner.execute(change.encode())
    assert await verified(shop, "") == 1
    assert finding in capsys.readouterr().out


OTHER = "T0OTHER001"


async def test_where_several_workspaces_share_a_database_one_is_named_and_the_others_keep_theirs(
    shop: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    carol, team = shop.ws.carol, shop.ws.slack.team
    async with bot(shop, ""):
        hers = await carol.mentions("figs")
        await (await approval_card(hers)).approve(by=shop.ws.bob)
        await hers.wait_for("ordered figs", limit=30)
    shop.rows("INSERT INTO countersign.threads (id, requester) VALUES (%s, %s)", f"{OTHER}/C1/1.0", carol.id)
    shop.rows(
        "INSERT INTO countersign.inbox (key, thread_id, kind, user_id, text, done_at)"
        " VALUES ('other', %s, 'message', %s, 'elsewhere', now())",
        f"{OTHER}/C1/1.0",
        carol.id,
    )
    shop.rows(
        "INSERT INTO countersign.quiet_hours (team, user_id, begins, ends, zone)"
        " VALUES (%s, %s, '18:00', '08:00', 'UTC')",
        OTHER,
        carol.id,
    )

    for action in ("export", "erase"):
        with pytest.raises(people.WorkspaceNotNamed, match=f"--workspace: {team}, {OTHER}"):
            await on_people(shop, "", action, carol.id)
        with pytest.raises(people.WorkspaceNotNamed, match="Nothing of a workspace T0NOWHERE is stored"):
            await on_people(shop, "", action, carol.id, "T0NOWHERE")

    assert await on_people(shop, "", "erase", carol.id, team) == 0
    assert "Erased: 1 threads" in capsys.readouterr().out
    assert await on_people(shop, "", "export", carol.id, team) == 0
    here = json.loads(capsys.readouterr().out)
    assert (here["workspace"], here["messages"], here["threads"], here["quiet_hours"]) == (team, [], [], [])
    assert await on_people(shop, "", "export", carol.id, OTHER) == 0
    there = json.loads(capsys.readouterr().out)
    assert [message["text"] for message in there["messages"]] == ["elsewhere"]
    assert there["threads"] == [f"{OTHER}/C1/1.0"]
    assert [each["team"] for each in there["quiet_hours"]] == [OTHER]
    assert there["ledger"] == []
    assert await verified(shop, "") == 0
