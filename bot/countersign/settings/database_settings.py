"""The settings of the commands that run without Slack."""

from pathlib import Path
from typing import Literal

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from countersign.encryption import EncryptionKeyError, KeyRing, parse_keys
from countersign.settings.field_checks import lines_of_ledger_key, long_enough_ledger_keys, postgres_url
from countersign.store.connections.address import Address, DatabaseAddress, PasswordCommand


class DatabaseSettings(BaseSettings):
    """What the commands need that run without Slack. Field names are the variables' names in lower case."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    database_url: SecretStr | None = None
    data_dir: Path = Path(".data")
    database_password_command: str | None = None
    ledger_key: SecretStr | None = None
    encryption_key: SecretStr | None = None
    bot_language: Literal["en", "ko"] = "en"

    @property
    def key_ring(self) -> KeyRing | None:
        """The keys of ENCRYPTION_KEY; None where nothing is encrypted."""
        return parse_keys(self.encryption_key.get_secret_value()) if self.encryption_key else None

    @property
    def ledger_hash_keys(self) -> tuple[bytes, ...]:
        """The key of the ledger's hashes, and those from before it; none where there is no key."""
        return tuple(key.encode() for key in lines_of_ledger_key(self.ledger_key))

    @property
    def database(self) -> Address | None:
        """The database of DATABASE_URL; None for the embedded one."""
        if self.database_url is None:
            return None
        url = self.database_url.get_secret_value()
        command = self.database_password_command
        if command is None:
            return url
        return DatabaseAddress(url=url, password_command=PasswordCommand(command))

    @field_validator("database_password_command")
    @classmethod
    def _password_command(cls, value: str | None) -> str | None:
        if value is not None:
            PasswordCommand(value)
        return value

    @field_validator("database_url")
    @classmethod
    def _database_url(cls, value: SecretStr | None) -> SecretStr | None:
        return postgres_url(value) if value else None

    @field_validator("ledger_key")
    @classmethod
    def _ledger_key(cls, value: SecretStr | None) -> SecretStr | None:
        return long_enough_ledger_keys(value)

    @field_validator("encryption_key")
    @classmethod
    def _encryption_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            try:
                parse_keys(value.get_secret_value())
            except EncryptionKeyError as error:
                raise ValueError(str(error)) from None
        return value


class GraphSettings(DatabaseSettings):
    """What the commands need that load the graphs and run without Slack."""

    langgraph_config: Path = Path("langgraph.json")


class ReplaySettings(DatabaseSettings):
    """What `policy replay` needs. With a token it asks Slack for the names that a policy uses."""

    slack_bot_token: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
