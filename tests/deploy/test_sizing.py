"""The sizing page's sums are those that the code makes."""

import re
from pathlib import Path

import pytest

from countersign.flow.slots import slot_limits
from countersign.slack.transport.inbound.socket_mode import CONNECTIONS
from countersign.store.connections.pool import STORE_CONNECTIONS

PAGE = (Path(__file__).parents[2] / "docs/operating/sizing.md").read_text()
SLACKS_LIMIT = 10
ROWS = re.findall(
    r"^\| ([^|]+) \| (\d+) × (\d+)[^|]* \| (?:(\d+) × (\d+)|none) \| (\d+) \| (\d+) \| [^|]+ \| (\d+) \|$",
    PAGE,
    re.MULTILINE,
)


def connections(concurrency: int) -> int:
    """As `open_storage` opens them, with one for the queue's LISTEN."""
    return (concurrency + 4) + (slot_limits(concurrency).jobs + 1) + STORE_CONNECTIONS + 1


def test_the_page_has_examples() -> None:
    assert len(ROWS) == 4


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_an_example_adds_up(row: tuple[str, ...]) -> None:
    _, fronts, of_front, workers, of_worker, most, limit, sockets = row
    total = int(fronts) * connections(int(of_front))
    total += int(workers or 0) * connections(int(of_worker or 1))
    assert int(most) == total
    assert int(limit) > total
    assert int(sockets) == int(fronts) * CONNECTIONS <= SLACKS_LIMIT


@pytest.mark.parametrize("concurrency", [4, 16, 40, 200])
def test_the_formula_is_that_of_the_code(concurrency: int) -> None:
    assert "2.25 × `CONCURRENCY` + 12" in PAGE
    assert connections(concurrency) == 2.25 * concurrency + 12
