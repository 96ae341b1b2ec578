"""GET /metrics answers whatever the database does: scrapes share a reading, and none waits long."""

import asyncio
import platform
from dataclasses import replace

from countersign import __version__
from countersign.flow.observability.database_metrics import PoolStatus
from countersign.flow.observability.gauges import DatabaseGauges, PendingCount
from countersign.flow.observability.metrics import Metrics
from countersign.http.metrics_page import MetricsPage

QUIET = DatabaseGauges(
    pending=(),
    oldest_pending=0.0,
    undelivered=0,
    oldest_undelivered=0.0,
    unposted=0,
    oldest_unposted=0.0,
    unreviewed=0,
    halted=0,
    queue_waiting=0,
    queue_running=0,
    queue_lag=0.0,
    installed_workspaces=0,
    workers=1,
)


async def samples(page: MetricsPage) -> dict[str, float]:
    text = (await page()).decode()
    parted = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in parted}


class Database:
    """Answers with what it is given, when it is told to."""

    def __init__(self, *answers: DatabaseGauges | Exception) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.answering = asyncio.Event()
        self.answering.set()

    async def read(self) -> DatabaseGauges:
        self.asked += 1
        await self.answering.wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_scrapes_within_a_moment_share_one_reading() -> None:
    database = Database(replace(QUIET, halted=3))
    page = MetricsPage(Metrics(), database.read)
    found = [await samples(page), *await asyncio.gather(samples(page), samples(page))]
    assert [each["countersign_halted_threads"] for each in found] == [3, 3, 3]
    assert database.asked == 1


async def test_a_reading_that_takes_long_is_kept_long() -> None:
    """It takes half a second here, so that the next one is read 25 s after it."""
    now = 0.0

    async def read() -> DatabaseGauges:
        nonlocal now
        now += 0.5
        return replace(QUIET, halted=int(now))

    page = MetricsPage(Metrics(), read, monotonic=lambda: now)
    await page()
    now = 25.4
    assert (await samples(page))["countersign_halted_threads"] == 0
    now = 25.6
    assert (await samples(page))["countersign_halted_threads"] == 26


async def test_a_database_that_hangs_holds_up_no_scrape_and_is_asked_once() -> None:
    database = Database(replace(QUIET, halted=1))
    database.answering.clear()
    page = MetricsPage(Metrics(), database.read, max_age=0, timeout=0.05)
    for _ in range(3):
        async with asyncio.timeout(10):
            shown = await samples(page)
        assert shown["countersign_database_up"] == 0
        assert "countersign_halted_threads" not in shown, "no value rather than an old one"
        assert (
            f'countersign_build_info{{python="{platform.python_version()}",version="{__version__}"}}' in shown
        )
    assert database.asked == 1

    database.answering.set()
    assert (await samples(page))["countersign_halted_threads"] == 1
    await page.close()


async def test_a_reading_that_is_under_way_ends_with_the_page() -> None:
    database = Database()
    database.answering.clear()
    page = MetricsPage(Metrics(), database.read, timeout=0.05)
    await page()
    async with asyncio.timeout(10):
        await page.close()


async def test_an_old_value_is_not_shown_when_the_database_is_gone() -> None:
    database = Database(QUIET, ConnectionError("postgresql://u:secretive@h/d"), QUIET)
    page = MetricsPage(Metrics(), database.read, max_age=0)
    seen = [await samples(page) for _ in range(3)]
    assert [each["countersign_database_up"] for each in seen] == [1, 0, 1]
    assert ["countersign_workers" in each for each in seen] == [True, False, True]


async def test_pending_approvals_are_shown_by_rule_up_to_a_limit() -> None:
    groups = tuple(PendingCount(graph="g", rule=f"r{n}", count=2) for n in range(150))
    shown = await samples(MetricsPage(Metrics(), Database(replace(QUIET, pending=groups)).read))
    by_rule = {name: value for name, value in shown.items() if "pending_approvals_by_rule" in name}
    assert shown["countersign_pending_approvals"] == 300
    assert len(by_rule) == 101
    assert by_rule['countersign_pending_approvals_by_rule{graph="other",rule="other"}'] == 100


async def test_the_connections_of_the_process_are_shown() -> None:
    metrics = Metrics()
    metrics.database.pools = lambda: {"runs": PoolStatus(used=3, idle=1, waiting=2)}
    shown = await samples(MetricsPage(metrics, Database(QUIET).read))
    assert shown['countersign_database_connections{pool="runs",state="used"}'] == 3
    assert shown['countersign_database_connections_waited_for{pool="runs"}'] == 2
