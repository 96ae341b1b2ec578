"""A wrong LEDGER_KEY, none, and one that is rotated while cards wait: the ledger stays provable."""

import argparse
from pathlib import Path

import pytest
from pydantic import SecretStr

from countersign.commands.arguments.audit import add_audit_arguments
from countersign.commands.audit import command as audit
from countersign.settings import DatabaseSettings
from countersign.store.approvals.ledger_keys import LedgerKeyMissing
from tests.support.stage import Stage, open_stage

pytestmark = pytest.mark.timeout(300)
RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}
OLD, NEW = "the key of the first year", "the key of the second year"
ROTATED = f"{NEW}\n{OLD}"


async def verify(stage: Stage, key: str | None) -> int:
    parser = argparse.ArgumentParser()
    add_audit_arguments(parser)
    settings = DatabaseSettings(
        _env_file=None,
        database_url=SecretStr(stage.database_url),
        ledger_key=SecretStr(key) if key is not None else None,
    )
    return await audit.run(settings, parser.parse_args(["verify"]))


def given(key: str | None) -> dict[str, str]:
    return {} if key is None else {"LEDGER_KEY": key}


async def test_a_process_with_a_wrong_key_does_not_start_and_a_rotated_one_proves_all_of_it(
    tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_stage(tmp_path, database_url) as stage:
        async with stage.bot(name="old", LEDGER_KEY=OLD) as old:
            first = await stage.card(RISKY)
            for key, said in (
                (None, "LEDGER_KEY is not set"),
                (NEW, "Add the missing key to it"),
            ):
                async with stage.bot(name="wrong", wait=False, **given(key)) as wrong:
                    assert await wrong.ends(40) == 1
                    last = wrong.said.splitlines()[-1]
                    assert last.startswith("countersign: The ledger is hashed with "), wrong.said
                    assert said in last
                    assert OLD not in wrong.said
            async with stage.bot(name="next", LEDGER_KEY=ROTATED) as following:  # beside it, for a while
                assert await old.stop() == 0
                await first.approve(by=stage.ws.bob)
                await stage.resumed(first.thread)
                second = await stage.card(RISKY)
                await second.approve(by=stage.ws.bob)
                await stage.resumed(second.thread)
                assert await following.stop() == 0
                assert stage.leaked(following.said) == []

        assert await verify(stage, ROTATED) == 0
        assert "Entries are hashed with LEDGER_KEY" in capsys.readouterr().out
        for key in (None, NEW, OLD):
            with pytest.raises(LedgerKeyMissing):
                await verify(stage, key)


async def test_once_the_owner_forgets_a_lost_key_the_bot_starts_and_its_entries_do_not_verify(
    database_url: str, tmp_path: Path
) -> None:
    async with open_stage(tmp_path, database_url) as stage:
        async with stage.bot(LEDGER_KEY=OLD) as bot:
            await stage.card(RISKY)
            assert await bot.stop() == 0
        stage.rows("DELETE FROM countersign.ledger_keys")
        async with stage.bot(LEDGER_KEY=NEW) as bot:
            assert await bot.stop() == 0
        assert await verify(stage, NEW) == 1
