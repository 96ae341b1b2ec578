"""Where a bot that several tests share works: a folder and a database of its own, over one transport."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import pytest

from tests.support.postgres import databases


@dataclass(frozen=True, kw_only=True)
class Place:
    folder: Path
    url: str
    mode: Literal["socket", "http"]


NewPlace: TypeAlias = Callable[..., AbstractContextManager[Place]]
"""`with new_place("audited", "http") as place`: the folder's name, and the transport, a socket by default."""


@pytest.fixture(scope="session")
def new_place(tmp_path_factory: pytest.TempPathFactory, server_url: str, database_template: str) -> NewPlace:
    @contextmanager
    def opened(name: str, mode: Literal["socket", "http"] = "socket") -> Iterator[Place]:
        with databases.database(server_url, template=database_template) as url:
            yield Place(folder=tmp_path_factory.mktemp(name), url=url, mode=mode)

    return opened


@pytest.fixture(scope="module", params=["socket", "http"])
def place(request: pytest.FixtureRequest, new_place: NewPlace) -> Iterator[Place]:
    with new_place(f"place-{request.param}", request.param) as opened:
        yield opened
