"""The environment and .env, read once into one frozen value. Secrets are hidden wherever it is shown."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import AnyHttpUrl, Field, SecretStr, TypeAdapter, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from countersign.approvals.errors import CountersignError
from countersign.encryption import EncryptionKeyError, KeyRing, parse_keys
from countersign.flow.files.kinds import parse_file_kinds
from countersign.flow.installation.allow_list import InstallAllowList
from countersign.slack.block_kit.trace_link import trace_link
from countersign.store.connections.address import Address, DatabaseAddress, PasswordCommand

Kind = TypeVar("Kind", bound=BaseSettings)

_EXPECTED = {
    "SLACK_BOT_TOKEN": (
        "the bot token, which begins with xoxb-: in your Slack app's settings under “OAuth & Permissions”"
    ),
    "SLACK_APP_TOKEN": (
        "an app-level token with the scope connections:write, which begins with xapp-: in your Slack app's "
        "settings under “Basic Information”. Without it the bot serves HTTP"
    ),
    "SLACK_SIGNING_SECRET": "the signing secret: in your Slack app's settings under “Basic Information”",
    "SLACK_CLIENT_ID": "the client ID: in your Slack app's settings under “Basic Information”",
    "SLACK_CLIENT_SECRET": "the client secret: in your Slack app's settings under “Basic Information”",
    "PUBLIC_URL": "the address at which browsers and Slack reach this bot, such as https://bot.example.com",
    "INSTALL_WORKSPACES": (
        "the IDs of the workspaces or organizations that may install the app, separated by commas; * for all"
    ),
    "SLACK_API_URL": "the address of Slack's Web API, such as https://slack.com/api/",
    "DATABASE_URL": "postgresql://user:password@host:5432/database; leave it out for an embedded PostgreSQL",
    "DATABASE_PASSWORD_COMMAND": "a command that prints the password for DATABASE_URL; no shell runs it",
    "TRACE_URL": "a URL with {trace_id}, {thread_id} or {approval_id} in it",
    "WORKER_PORT": "a port number from 0 to 65535; leave it out, and a worker has no HTTP server",
    "PORT": "a port number from 0 to 65535",
    "CONCURRENCY": "how many threads one worker runs at once, from 1 to 200",
    "RUNS_PER_PERSON": "how many threads of one person run at once; 0 leaves it to their fair share",
    "RUNS_PER_CHANNEL": "how many threads of one channel run at once; 0 leaves it to its fair share",
    "RETENTION": "for how many days a thread at rest is kept; 0 keeps all",
    "LOG_FORMAT": "text or json",
    "REPLIES": "on or off",
    "BOT_LANGUAGE": "the language of cards and notes: en or ko",
    "STREAMING": "auto or off",
    "FILES": "auto, off, or some of text, images and pdf with commas between",
    "AGENT_SURFACE": "auto, on or off",
    "START": "members, guests or everyone",
    "LEDGER_KEY": "a random text of at least 16 characters that the database does not hold",
    "ENCRYPTION_KEY": (
        "32 random bytes in base64, such as `openssl rand -base64 32` prints; behind them, separated by "
        "commas, the keys that they replace"
    ),
    "LEDGER_ANCHOR_EVERY": "how many seconds lie between two anchors, 1 or more",
    "SHUTDOWN_GRACE": "how many seconds running steps have to end after SIGTERM",
}

_LEDGER_KEY_LENGTH = 16


_MIN_SIGNING_SECRET_LENGTH = 16  # characters
_LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
_OAUTH = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "PUBLIC_URL", "INSTALL_WORKSPACES", "ENCRYPTION_KEY")


class SettingsError(CountersignError):
    """A setting is missing or malformed."""


@dataclass(frozen=True, kw_only=True)
class SettingProblem:
    """A variable that is missing or not valid. Holds nothing of its value, which may be a secret."""

    reason: str
    expected: str | None


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
        return _postgres_url(value) if value else None

    @field_validator("ledger_key")
    @classmethod
    def _ledger_key(cls, value: SecretStr | None) -> SecretStr | None:
        return _long_enough(value)

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


class OptionalSettings(GraphSettings):
    """All settings of `serve` and `worker`, none of them required: what `doctor` can begin with."""

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    public_url: str | None = None
    install_workspaces: str | None = None
    slack_api_url: str = "https://slack.com/api/"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 3000
    worker_port: Annotated[int | None, Field(ge=0, le=65535)] = None
    default_graph: str | None = None
    policy_file: Path = Path("approvals.toml")
    concurrency: Annotated[int, Field(ge=1, le=200)] = 16
    runs_per_person: Annotated[int, Field(ge=0, le=10_000)] = 0
    runs_per_channel: Annotated[int, Field(ge=0, le=10_000)] = 0
    shutdown_grace: Annotated[float, Field(ge=0, le=3600)] = 8.0
    retention: Annotated[float, Field(ge=0)] = 90.0
    inspection_token: SecretStr | None = None
    trace_url: str | None = None
    replies: Literal["on", "off"] = "on"
    streaming: Literal["auto", "off"] = "auto"
    files: str = "auto"
    agent_surface: Literal["auto", "on", "off"] = "off"
    start: Literal["members", "guests", "everyone"] = "members"
    status_file: Path | None = None
    ledger_anchor: str = ""
    ledger_anchor_every: Annotated[float, Field(ge=1)] = 3600.0
    log_format: Annotated[str, Field(pattern="^(text|json)$")] = "text"

    @field_validator("files")
    @classmethod
    def _files(cls, value: str) -> str:
        parse_file_kinds(value)
        return value

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr | None) -> SecretStr | None:
        return _with_prefix("xoxb-", value) if value else None

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: SecretStr | None) -> SecretStr | None:
        return _with_prefix("xapp-", value) if value else None

    @field_validator("slack_signing_secret")
    @classmethod
    def _signing_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value and len(value.get_secret_value().strip()) < _MIN_SIGNING_SECRET_LENGTH:
            raise ValueError("is too short: Slack's has 32 characters")
        return value

    @field_validator("trace_url")
    @classmethod
    def _trace_url(cls, value: str | None) -> str | None:
        if value is not None:
            TypeAdapter(AnyHttpUrl).validate_python(trace_link(value, "0" * 32, "T/C/1", "0"))
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _api_url(cls, value: str) -> str:
        TypeAdapter(AnyHttpUrl).validate_python(value)
        return value.rstrip("/") + "/"

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        url = TypeAdapter(AnyHttpUrl).validate_python(value)
        if url.scheme != "https" and url.host not in _LOOPBACK:
            raise ValueError("does not begin with https://")
        return value.rstrip("/")

    @field_validator("install_workspaces")
    @classmethod
    def _install_workspaces(cls, value: str | None) -> str | None:
        if value is not None:
            InstallAllowList.parse(value)
        return value

    @property
    def socket_mode(self) -> bool:
        return self.slack_app_token is not None

    @property
    def oauth(self) -> bool:
        """Whether workspaces install the app by OAuth. With SLACK_BOT_TOKEN, its own is the only one."""
        return self.slack_bot_token is None and self.slack_client_id is not None

    @property
    def oauth_problems(self) -> dict[str, SettingProblem]:
        """What is missing for an app that workspaces install."""
        why = "it is needed because SLACK_CLIENT_ID is set and SLACK_BOT_TOKEN is not"
        names = [name for name in _OAUTH if self.oauth and getattr(self, name.lower()) is None]
        return {name: SettingProblem(reason=f"missing; {why}", expected=_EXPECTED[name]) for name in names}


class Settings(OptionalSettings):
    """What `serve` and `worker` need: a bot token, or an app that workspaces install."""

    @property
    def oauth_app(self) -> "OAuthApp":
        """Raises SettingsError, as `read_settings` does, where one of its settings is missing."""
        for name, problem in self.oauth_problems.items():
            raise SettingsError(f"{name} is {problem.reason}. Set it to {problem.expected}.")
        assert self.slack_client_id
        assert self.slack_client_secret
        assert self.public_url
        return OAuthApp(
            client_id=self.slack_client_id,
            client_secret=self.slack_client_secret,
            public_url=self.public_url,
            allowed=InstallAllowList.parse(self.install_workspaces or ""),
        )


@dataclass(frozen=True, kw_only=True)
class OAuthApp:
    """The app that workspaces install."""

    client_id: str
    client_secret: SecretStr
    public_url: str  # without a slash at its end
    allowed: InstallAllowList


def read_settings() -> Settings:
    """Read the settings. Raises SettingsError, one line that names the variable and how to get its value."""
    settings = _read(Settings)
    if settings.slack_bot_token is None and not settings.oauth:
        raise SettingsError(f"SLACK_BOT_TOKEN is missing: set it to {_EXPECTED['SLACK_BOT_TOKEN']}.")
    if settings.oauth:
        _ = settings.oauth_app
    if not settings.socket_mode and settings.slack_signing_secret is None:
        raise SettingsError(
            f"SLACK_SIGNING_SECRET is missing: set it to {_EXPECTED['SLACK_SIGNING_SECRET']}. It is needed "
            "because SLACK_APP_TOKEN is not set either, so the bot would serve HTTP."
        )
    return settings


def read_valid_settings() -> tuple[OptionalSettings, dict[str, SettingProblem]]:
    """The settings with defaults for those that are not valid, and what is wrong with each of those."""
    problems: dict[str, SettingProblem] = {}
    defaults: dict[str, Any] = {}
    while True:
        try:
            return OptionalSettings(**defaults), problems
        except ValidationError as error:
            for each in error.errors(include_input=False, include_url=False):
                field = str(each["loc"][0]).lower()
                if field in defaults:
                    raise SettingsError(_first_problem(error)) from None
                defaults[field] = OptionalSettings.model_fields[field].default
                name, reason = field.upper(), each["msg"].removeprefix("Value error, ")
                problems[name] = SettingProblem(reason=reason, expected=_EXPECTED.get(name))


def read_database_settings() -> DatabaseSettings:
    """Read what the commands need that run without Slack. Raises SettingsError."""
    return _read(DatabaseSettings)


def read_graph_settings() -> GraphSettings:
    """Read what the commands need that load the graphs and run without Slack. Raises SettingsError."""
    return _read(GraphSettings)


def read_replay_settings() -> ReplaySettings:
    """Read what `policy replay` needs. Raises SettingsError."""
    return _read(ReplaySettings)


def _read(kind: type[Kind]) -> Kind:
    try:
        return kind()
    except ValidationError as error:
        raise SettingsError(_first_problem(error)) from None


def _with_prefix(prefix: str, value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(prefix):
        raise ValueError(f"does not begin with {prefix}")
    return value


def _long_enough(value: SecretStr | None) -> SecretStr | None:
    if value is not None and len(value.get_secret_value()) < _LEDGER_KEY_LENGTH:
        raise ValueError(f"is shorter than {_LEDGER_KEY_LENGTH} characters")
    return value


def _postgres_url(value: SecretStr) -> SecretStr:
    """Whatever libpq takes as a URL: with several hosts too, or with none, where the query names a socket."""
    url = value.get_secret_value()
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError("does not begin with postgresql://")
    try:
        conninfo_to_dict(url)
    except ProgrammingError:  # its text quotes the URL, and there may be a password in it
        raise ValueError("is not a URL that PostgreSQL understands") from None
    return value


def _first_problem(error: ValidationError) -> str:
    """One line about the first invalid variable, without its value: it may be a secret."""
    problem = error.errors(include_input=False, include_url=False)[0]
    name = str(problem["loc"][0]).upper()
    expected = _EXPECTED.get(name)
    advice = f": set it to {expected}." if expected else "."
    if problem["type"] == "missing":
        return f"{name} is missing{advice}"
    return f"{name} is not valid ({problem['msg'].removeprefix('Value error, ')}){advice}"
