"""Read the environment and .env. Raises SettingsError, one line without the value: it may be a secret."""

from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from countersign.settings.bot_settings import OptionalSettings, Settings
from countersign.settings.database_settings import DatabaseSettings, GraphSettings, ReplaySettings
from countersign.settings.errors import SettingProblem, SettingsError
from countersign.settings.expected_values import EXPECTED

Kind = TypeVar("Kind", bound=BaseSettings)


def read_settings() -> Settings:
    """Read the settings. Raises SettingsError, one line that names the variable and how to get its value."""
    settings = _read(Settings)
    if settings.slack_bot_token is None and not settings.oauth:
        raise SettingsError(f"SLACK_BOT_TOKEN is missing: set it to {EXPECTED['SLACK_BOT_TOKEN']}.")
    if settings.oauth:
        _ = settings.oauth_app
    if not settings.socket_mode and settings.slack_signing_secret is None:
        raise SettingsError(
            f"SLACK_SIGNING_SECRET is missing: set it to {EXPECTED['SLACK_SIGNING_SECRET']}. It is needed "
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
                problems[name] = SettingProblem(reason=reason, expected=EXPECTED.get(name))


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


def _first_problem(error: ValidationError) -> str:
    """One line about the first invalid variable, without its value: it may be a secret."""
    problem = error.errors(include_input=False, include_url=False)[0]
    name = str(problem["loc"][0]).upper()
    expected = EXPECTED.get(name)
    advice = f": set it to {expected}." if expected else "."
    if problem["type"] == "missing":
        return f"{name} is missing{advice}"
    return f"{name} is not valid ({problem['msg'].removeprefix('Value error, ')}){advice}"
