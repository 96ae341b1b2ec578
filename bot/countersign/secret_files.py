"""Secrets from files: NAME_FILE names a file that has the value of NAME, as platforms mount them."""

from collections.abc import MutableMapping
from pathlib import Path

from countersign.approvals.errors import CountersignError

SECRETS = (
    *("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_SECRET"),
    *("DATABASE_URL", "LEDGER_KEY", "ENCRYPTION_KEY", "INSPECTION_TOKEN"),
    "OPENAI_API_KEY",
)
_LIMIT = 64 * 1024  # bytes


class SecretFileError(CountersignError):
    """A file that a secret is to come from cannot be used."""


def read_secret_files(environment: MutableMapping[str, str]) -> None:
    """Set each secret whose file is named. Raises SecretFileError, which says which variable to mend.

    In the environment, because graphs look there, and because the log redacts what is there.
    """
    for name in SECRETS:
        file = environment.get(f"{name}_FILE")
        if not file:
            continue
        if environment.get(name):
            raise SecretFileError(f"{name} and {name}_FILE are both set. Leave one of them out.")
        environment[name] = _read(f"{name}_FILE", Path(file))


def _read(variable: str, file: Path) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(_LIMIT + 1)
        value = content.decode("utf-8").strip()
    except OSError as error:
        raise SecretFileError(f"{variable}: {file} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise SecretFileError(f"{variable}: {file} is not a text.") from None
    if not value:
        raise SecretFileError(f"{variable}: {file} is empty.")
    if len(content) > _LIMIT or "\0" in value:
        raise SecretFileError(f"{variable}: {file} is no secret: it is too long, or not a text.")
    return value
