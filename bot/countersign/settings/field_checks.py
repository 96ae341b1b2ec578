"""Checks of single values. Each returns the value or raises ValueError, whose text never quotes the value."""

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import AnyHttpUrl, SecretStr, TypeAdapter

_LEDGER_KEY_LENGTH = 16
_MIN_SIGNING_SECRET_LENGTH = 16  # characters
_LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


def with_prefix(prefix: str, value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(prefix):
        raise ValueError(f"does not begin with {prefix}")
    return value


def lines_of_ledger_key(value: SecretStr | None) -> tuple[str, ...]:
    """The keys, one a line. A single one is the whole text, with whatever is around it."""
    if value is None:
        return ()
    lines = [line.strip() for line in value.get_secret_value().splitlines() if line.strip()]
    return tuple(lines) if len(lines) > 1 else (value.get_secret_value(),)


def long_enough_ledger_keys(value: SecretStr | None) -> SecretStr | None:
    if any(len(key) < _LEDGER_KEY_LENGTH for key in lines_of_ledger_key(value)):
        raise ValueError(f"is shorter than {_LEDGER_KEY_LENGTH} characters")
    return value


def postgres_url(value: SecretStr) -> SecretStr:
    """Whatever libpq takes as a URL: with several hosts too, or with none, where the query names a socket."""
    url = value.get_secret_value()
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError("does not begin with postgresql://")
    try:
        conninfo_to_dict(url)
    except ProgrammingError:  # its text quotes the URL, and there may be a password in it
        raise ValueError("is not a URL that PostgreSQL understands") from None
    return value


def signing_secret(value: SecretStr | None) -> SecretStr | None:
    if value and len(value.get_secret_value().strip()) < _MIN_SIGNING_SECRET_LENGTH:
        raise ValueError("is too short: Slack's has 32 characters")
    return value


def http_url(value: str | None) -> AnyHttpUrl:
    return TypeAdapter(AnyHttpUrl).validate_python(value)


def https_or_loopback(value: str) -> str:
    """The URL without a slash at its end."""
    url = http_url(value)
    if url.scheme != "https" and url.host not in _LOOPBACK:
        raise ValueError("does not begin with https://")
    return value.rstrip("/")
