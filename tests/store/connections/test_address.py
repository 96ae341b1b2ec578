"""Where the database is: passwords that live for minutes, TLS in the URL, and several hosts."""

import asyncio
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from countersign.store.connections.address import DatabaseAddress, PasswordCommand
from countersign.store.connections.pool import open_pool, open_session

SSL_REQUEST = (8).to_bytes(4) + (80877103).to_bytes(4)  # the first message of PostgreSQL's protocol
COUNTING = """
import pathlib, sys
file = pathlib.Path(sys.argv[1])
times = int(file.read_text()) + 1 if file.exists() else 1
file.write_text(str(times))
print(f"token-{times}")
"""


def counting(tmp_path: Path) -> str:
    """A command that prints another password each time it is run."""
    (tmp_path / "token.py").write_text(COUNTING)
    return f"{sys.executable} {tmp_path / 'token.py'} '{tmp_path / 'times'}'"


async def test_each_new_connection_gets_a_fresh_password(database_url: str, tmp_path: Path) -> None:
    command = PasswordCommand(counting(tmp_path), max_age=0)
    address = DatabaseAddress(url=database_url, password_command=command)
    async with await open_session(address) as first, await open_session(address) as second:
        assert (first.info.password, second.info.password) == ("token-1", "token-2")
    async with await open_pool(address, min_size=1, max_size=1) as pool:
        async with pool.connection() as connection:
            assert connection.info.password == "token-3"
            await connection.close()  # as the server does when a password ran out
        async with pool.connection() as connection:
            assert connection.info.password == "token-4"


def test_connections_that_are_opened_together_share_a_password(tmp_path: Path) -> None:
    command = PasswordCommand(counting(tmp_path))
    assert {command.password() for _ in range(5)} == {"token-1"}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("false", "it ended with 1"),
        ("true", "it printed nothing"),
        ("sleep 5", "it took more than 0.2 s"),
        ("/no/such/program", "its program is not there"),
    ],
)
def test_a_command_that_fails_is_a_database_that_cannot_be_reached(command: str, said: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=f"DATABASE_PASSWORD_COMMAND failed: {said}"):
        PasswordCommand(command, timeout=0.2).password()


def test_what_a_failing_command_printed_is_not_told() -> None:
    with pytest.raises(psycopg.OperationalError) as failed:
        PasswordCommand("sh -c 'echo hunter2; echo hunter2 >&2; exit 3'").password()
    assert "hunter2" not in str(failed.value)


async def test_a_url_that_wants_tls_sends_nothing_in_clear_text() -> None:
    """To a server without TLS: the client asks for it, and tells neither user nor password."""
    received, ended = bytearray(), asyncio.Event()

    async def refuse_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.extend(await reader.read(8))
        writer.write(b"N")
        received.extend(await reader.read())
        writer.close()
        await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(refuse_tls, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    url = f"postgresql://countersign:hunter2@127.0.0.1:{port}/countersign?sslmode=require"
    async with server:
        with pytest.raises(psycopg.OperationalError, match="server does not support SSL"):
            await open_session(url)
        await asyncio.wait_for(ended.wait(), 5)
    assert bytes(received) == SSL_REQUEST


async def test_of_several_hosts_the_one_that_takes_writes_is_used(database_url: str, tmp_path: Path) -> None:
    """As after a fail-over: the first host is gone, and the URL stays as it is."""
    here = conninfo_to_dict(database_url)["host"]
    address = make_conninfo(database_url, host=f"{tmp_path},{here}", target_session_attrs="read-write")
    async with await open_pool(address, min_size=1, max_size=1) as pool, pool.connection() as connection:
        assert connection.info.host == here
