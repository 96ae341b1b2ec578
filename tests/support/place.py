"""Where a bot that a whole module shares works: a folder and a database of its own, over one transport."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from tests.support.postgres import databases


@dataclass(frozen=True, kw_only=True)
class Place:
    folder: Path
    url: str
    mode: Literal["socket", "http"]


@pytest.fixture(scope="module", params=["socket", "http"])
def place(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    server_url: str,
    database_template: str,
) -> Iterator[Place]:
    with databases.database(server_url, template=database_template) as url:
        yield Place(folder=tmp_path_factory.mktemp(f"place-{request.param}"), url=url, mode=request.param)
