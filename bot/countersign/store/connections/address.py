"""The database's address, and the command for a short-lived password."""

import shlex
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import TypeAlias

import psycopg

_TIMEOUT = 10.0  # seconds that the command may take
_MAX_AGE = 30.0  # seconds in which new connections share a password: a pool opens several at once


class PasswordCommand:
    """Runs a command whose output is the password, such as `aws rds generate-db-auth-token ...`.

    Without a shell. Connections are opened on more than one event loop, so it waits in threads.
    """

    def __init__(self, command: str, *, timeout: float = _TIMEOUT, max_age: float = _MAX_AGE) -> None:
        """Raises ValueError for a command that cannot be split into words."""
        self._words = shlex.split(command)
        if not self._words:
            raise ValueError("is empty")
        self._timeout = timeout
        self._max_age = max_age
        self._lock = threading.Lock()
        self._password = ""
        self._read_at = float("-inf")

    def password(self) -> str:
        """The password for a new connection. Raises OperationalError, as an unreachable server does."""
        with self._lock:
            if time.monotonic() - self._read_at > self._max_age:
                self._password = self._run()
                self._read_at = time.monotonic()
            return self._password

    def _run(self) -> str:
        try:
            done = subprocess.run(  # noqa: S603 -- the operator's own setting
                self._words, stdin=subprocess.DEVNULL, capture_output=True, timeout=self._timeout, check=True
            )
            password = done.stdout.decode("utf-8").strip()
        except FileNotFoundError:
            raise _failed("its program is not there") from None
        except subprocess.TimeoutExpired:
            raise _failed(f"it took more than {self._timeout:g} s") from None
        except subprocess.CalledProcessError as error:  # its texts may hold a secret
            raise _failed(f"it ended with {error.returncode}") from None
        except (OSError, UnicodeDecodeError) as error:
            raise _failed(type(error).__name__) from None
        if not password:
            raise _failed("it printed nothing")
        return password


def _failed(why: str) -> psycopg.OperationalError:
    return psycopg.OperationalError(f"DATABASE_PASSWORD_COMMAND failed: {why}")


@dataclass(frozen=True, kw_only=True)
class DatabaseAddress:
    url: str
    password_command: PasswordCommand


Address: TypeAlias = str | DatabaseAddress
"""A URL, alone where it has the password or none is needed."""
