"""The environment and .env, read once into one frozen value. Secrets are hidden wherever it is shown."""

from countersign.settings.bot_settings import OptionalSettings, Settings
from countersign.settings.database_settings import DatabaseSettings, GraphSettings, ReplaySettings
from countersign.settings.errors import SettingProblem, SettingsError
from countersign.settings.oauth_app import OAuthApp
from countersign.settings.reading import (
    read_database_settings,
    read_graph_settings,
    read_replay_settings,
    read_settings,
    read_valid_settings,
)

__all__ = [
    "DatabaseSettings",
    "GraphSettings",
    "OAuthApp",
    "OptionalSettings",
    "ReplaySettings",
    "SettingProblem",
    "Settings",
    "SettingsError",
    "read_database_settings",
    "read_graph_settings",
    "read_replay_settings",
    "read_settings",
    "read_valid_settings",
]
