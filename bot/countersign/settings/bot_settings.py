"""The settings of `serve` and `worker`, and of `doctor`, which begins with none of them required."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator

from countersign.flow.files.kinds import parse_file_kinds
from countersign.flow.installation.allow_list import InstallAllowList
from countersign.settings.database_settings import GraphSettings
from countersign.settings.errors import SettingProblem, SettingsError
from countersign.settings.expected_values import EXPECTED
from countersign.settings.field_checks import http_url, https_or_loopback, signing_secret, with_prefix
from countersign.settings.oauth_app import OAuthApp
from countersign.slack.block_kit.trace_link import trace_link

_OAUTH = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "PUBLIC_URL", "INSTALL_WORKSPACES", "ENCRYPTION_KEY")


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
    policy_file: Path | None = None
    concurrency: Annotated[int, Field(ge=1, le=200)] = 16
    runs_per_person: Annotated[int, Field(ge=0, le=10_000)] = 0
    runs_per_channel: Annotated[int, Field(ge=0, le=10_000)] = 0
    runs_per_workspace: Annotated[int, Field(ge=0, le=10_000)] = 0
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
        return with_prefix("xoxb-", value) if value else None

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: SecretStr | None) -> SecretStr | None:
        return with_prefix("xapp-", value) if value else None

    @field_validator("slack_signing_secret")
    @classmethod
    def _signing_secret(cls, value: SecretStr | None) -> SecretStr | None:
        return signing_secret(value)

    @field_validator("trace_url")
    @classmethod
    def _trace_url(cls, value: str | None) -> str | None:
        if value is not None:
            http_url(trace_link(value, "0" * 32, "T/C/1", "0"))
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _api_url(cls, value: str) -> str:
        http_url(value)
        return value.rstrip("/") + "/"

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, value: str | None) -> str | None:
        return None if value is None else https_or_loopback(value)

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
        return {name: SettingProblem(reason=f"missing; {why}", expected=EXPECTED[name]) for name in names}


class Settings(OptionalSettings):
    """What `serve` and `worker` need: a bot token, or an app that workspaces install."""

    @property
    def oauth_app(self) -> OAuthApp:
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
