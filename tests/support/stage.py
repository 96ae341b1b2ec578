"""A stage for scenarios: a workspace with people, a scripted model, a database, the probes' notes."""

import json
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg import sql

from countersign.demo.model import ScriptedModel
from countersign.demo.session import APP
from countersign.testing.cards import ApprovalCard, approval_card
from slack_local.people.threads import Thread
from slack_local.workspace import LocalWorkspace
from tests.support.processes.bots import ROOT, BotProcess, bot_environment, bot_process, until

PROBES = {
    "ask": "tests/scenario/probes/asking.py:graph",
    "say": "tests/scenario/probes/saying.py:graph",
    "filled": "tests/scenario/probes/filled.py:graph",
    "stops": "tests/scenario/probes/stopping.py:graph",
    "orders": "tests/scenario/probes/ordering.py:graph",
    "steps": "tests/scenario/probes/stepping.py:graph",
    "acts": "tests/scenario/probes/acting.py:graph",
    "streams": "tests/scenario/probes/streaming.py:graph",
}


DATABASE_PASSWORD = "hunter2-of-the-database"
MODEL_KEY = "sk-not-a-real-key"


@dataclass(frozen=True, kw_only=True)
class Stage:
    ws: LocalWorkspace
    model: ScriptedModel
    database_url: str
    folder: Path
    config: Path

    @property
    def notes(self) -> Path:
        """Where the probes note what they were answered; a file made here lets one go on."""
        return self.folder / "notes"

    def environment(self, **more: str) -> dict[str, str]:
        return bot_environment(
            self.ws.environment(),
            self.database_url.replace("postgres:@", f"postgres:{DATABASE_PASSWORD}@"),
            config=self.config,
            model_url=self.model.base_url,
            **{
                "PROBE_FOLDER": str(self.notes),
                "OPENAI_API_KEY": MODEL_KEY,
                "DEFAULT_GRAPH": "assistant",
                **more,
            },
        )

    @asynccontextmanager
    async def bot(
        self, *arguments: str, name: str = "bot", wait: bool = True, **more: str
    ) -> AsyncIterator[BotProcess]:
        """A bot of this stage as a process."""
        async with bot_process(
            *(arguments or ("serve",)),
            environment=self.environment(**more),
            folder=self.folder,
            name=name,
            wait=wait,
        ) as running:
            if self.ws.mode == "http" and "worker" not in arguments and wait:
                self.ws.request_url = f"{running.address}/slack/events"
                assert await self.ws.verify_request_url()
            yield running

    def leaked(self, said: str) -> list[str]:
        """The secrets that somebody who reads this would learn."""
        secrets = [self.ws.bot_token, self.ws.app_token, self.ws.signing_secret, DATABASE_PASSWORD, MODEL_KEY]
        return [secret for secret in secrets if secret in said]

    def rows(self, query: str, *arguments: object) -> list[tuple[Any, ...]]:
        """What a query on the bot's database gives."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(query.encode(), arguments)
            return cursor.fetchall() if cursor.description else []

    def ledger(self, thread: Thread) -> list[tuple[str, str | None]]:
        """What happened to the approvals of this thread, in order, and by whom, beside what was shown."""
        return self.rows(
            "SELECT event, actor_name FROM countersign.ledger"
            " WHERE thread_id = %s AND event <> 'shown' ORDER BY id",
            thread.id,
        )

    @contextmanager
    def database_closed(self, name: str, server_url: str) -> Iterator[None]:
        """Nobody gets into the bot's database while the block lasts, and who is in it is thrown out."""
        quoted = sql.Identifier(name)
        with psycopg.connect(server_url, autocommit=True) as admin:
            admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(quoted))
            try:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
                )
                yield
            finally:
                admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(quoted))

    async def asks(self, wish: Mapping[str, Any]) -> Thread:
        """A message of carol's that tells the probe what to do."""
        return await self.ws.carol.mentions(f"ask: {json.dumps(wish)}")

    async def card(self, value: object, schema: object = None) -> ApprovalCard:
        """The card of a question that the probe asks."""
        wish = {"ask": value} | ({"schema": schema} if schema is not None else {})
        thread = await self.asks(wish)
        return await approval_card(thread)

    def noted(self, thread: Thread) -> list[dict[str, Any]]:
        """What the probe noted in this thread: a line for each time that it got to its end."""
        file = self.notes / f"{thread.id.replace('/', '-')}.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    async def resumed(self, thread: Thread) -> Any:
        """Wait for the probe's end, and give what its only question was answered with."""
        await thread.wait_for("Resumed.", limit=15)
        # A reply that came when nothing waited any more is a message like others, and noted as heard.
        (noted,) = [line for line in self.noted(thread) if line.get("heard") is None]
        (answer,) = noted["answers"]
        return answer

    async def reached(self, name: str) -> None:
        """Wait until the probe waits for the file `name`."""
        path = self.notes / f"{name}.reached"
        await until(path.exists, lambda: f"the graph to wait for {name}", 15)

    def release(self, name: str) -> None:
        """Make the file that the probe waits for."""
        (self.notes / name).touch()


def config_with_probes(folder: Path) -> Path:
    """A langgraph.json with the graphs that come along and the probes."""
    own = json.loads((ROOT / "langgraph.json").read_text())["graphs"]
    graphs = {name: str(ROOT / where) for name, where in {**own, **PROBES}.items()}
    path = folder / "langgraph.json"
    path.write_text(json.dumps({"dependencies": [str(ROOT)], "graphs": graphs}))
    return path


@asynccontextmanager
async def open_stage(
    folder: Path,
    database_url: str,
    *,
    mode: Literal["socket", "http"] = "socket",
    refused: Collection[str] = (),
    **more: Any,
) -> AsyncIterator[Stage]:
    """A stage without a bot. In the end nothing may have been sent that Slack refused, but for `refused`."""
    (folder / "notes").mkdir(parents=True)
    given: dict[str, Any] = {"app": APP, "retry_schedule": (0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0)} | more
    async with LocalWorkspace(mode=mode, **given) as ws, ScriptedModel() as model:
        yield Stage(
            ws=ws, model=model, database_url=database_url, folder=folder, config=config_with_probes(folder)
        )
        wrong = [violation for violation in ws.log.violations() if violation.error not in refused]
        assert not wrong, wrong
