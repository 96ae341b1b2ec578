"""Settings: read from the environment, refused in one line that helps, never shown with a secret."""

from pathlib import Path

import pytest

from countersign.encryption import generate_key, parse_keys
from countersign.settings import SettingsError, read_database_settings, read_settings

GOOD = {"SLACK_BOT_TOKEN": "xoxb-1-secretive", "SLACK_APP_TOKEN": "xapp-1-secretive"}
NAMES = [
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_API_URL",
    "DATABASE_URL",
    "DATA_DIR",
    "HOST",
    "PORT",
    "LANGGRAPH_CONFIG",
    "DEFAULT_GRAPH",
    "POLICY_FILE",
    "CONCURRENCY",
    "SHUTDOWN_GRACE",
    "LOG_FORMAT",
    "RETENTION",
    "ENCRYPTION_KEY",
]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing set, and no .env."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def put(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in (GOOD | values).items():
        monkeypatch.setenv(name, value)


def test_the_required_settings_and_the_defaults_of_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch)
    settings = read_settings()
    assert settings.socket_mode
    assert (settings.host, settings.port, settings.database_url) == ("127.0.0.1", 3000, None)
    assert settings.slack_api_url == "https://slack.com/api/"
    assert (settings.langgraph_config, settings.data_dir) == (Path("langgraph.json"), Path(".data"))


def test_secrets_are_in_no_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, SLACK_SIGNING_SECRET="secretive-secretive", DATABASE_URL="postgresql://u:secretive@h/d")
    assert "secretive" not in repr(read_settings()) + str(read_settings()) + repr(read_database_settings())


def test_a_dotenv_file_is_read_and_the_environment_is_stronger(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = [
        "SLACK_BOT_TOKEN=xoxb-1",
        "SLACK_SIGNING_SECRET=0123456789abcdef",
        "PORT=4000",
        "HOST=0.0.0.0",
        "OTHER=1",
    ]
    (tmp_path / ".env").write_text("\n".join(lines))
    monkeypatch.setenv("PORT", "5000")
    settings = read_settings()
    assert (settings.host, settings.port, settings.socket_mode) == ("0.0.0.0", 5000, False)


def test_an_empty_value_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET="0123456789abcdef", DATABASE_URL="")
    settings = read_settings()
    assert not settings.socket_mode
    assert settings.database_url is None


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SLACK_BOT_TOKEN", "xapp-secretive", "xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-secretive", "connections:write"),
        ("SLACK_SIGNING_SECRET", "short-secretive", "32 characters"),
        ("SLACK_SIGNING_SECRET", " " * 32, "32 characters"),
        ("SLACK_API_URL", "slack", "https://slack.com/api/"),
        ("DATABASE_URL", "mysql://u:secretive@h/d", "postgresql://"),
        ("DATABASE_URL", "postgresql://u:secretive@[h/d", "postgresql://"),
        ("PORT", "70000", "65535"),
        ("PORT", "http", "65535"),
        ("CONCURRENCY", "0", "from 1 to 200"),
        ("SHUTDOWN_GRACE", "-1", "seconds"),
        ("LOG_FORMAT", "xml", "json"),
    ],
)
def test_a_malformed_setting_is_one_line_that_names_it_and_shows_no_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    put(monkeypatch, **{name: value})
    with pytest.raises(SettingsError) as raised:
        read_settings()
    line = str(raised.value)
    assert line.startswith(f"{name} is not valid")
    assert words in line
    assert "secretive" not in line
    assert "\n" not in line


def test_a_missing_token_says_where_to_get_it() -> None:
    with pytest.raises(SettingsError, match=r"^SLACK_BOT_TOKEN is missing: .*OAuth & Permissions"):
        read_settings()


def test_http_needs_the_signing_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    with pytest.raises(SettingsError, match=r"^SLACK_SIGNING_SECRET is missing: .*SLACK_APP_TOKEN"):
        read_settings()


def test_migrating_needs_no_slack() -> None:
    assert read_database_settings().database_url is None


def test_encryption_keys_are_read_and_a_wrong_one_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(monkeypatch)
    assert read_settings().key_ring is None
    keys = [generate_key(), generate_key()]
    put(monkeypatch, ENCRYPTION_KEY=",".join(keys))
    ring = read_settings().key_ring
    assert ring is not None
    assert ring.key_ids == (parse_keys(keys[0]).key_id, parse_keys(keys[1]).key_id)
    assert keys[0] not in repr(read_settings())
    put(monkeypatch, ENCRYPTION_KEY=f"{keys[0]},secretive")
    with pytest.raises(SettingsError, match=r"ENCRYPTION_KEY is not valid.*key 2.*openssl") as refused:
        read_settings()
    assert "secretive" not in str(refused.value)
    assert keys[0] not in str(refused.value)
