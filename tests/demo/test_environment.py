"""Which settings reach the demo's bot."""

from pathlib import Path

import pytest

from countersign.demo.bot.environment import bot_environment, has_own_model

WORKSPACE = {"SLACK_BOT_TOKEN": "xoxb-local", "SLACK_API_URL": "http://127.0.0.1:1/api/"}


def made(outside: dict[str, str], model_url: str | None = "http://127.0.0.1:2/v1") -> dict[str, str]:
    return bot_environment(
        outside,
        WORKSPACE,
        model_url=model_url,
        data_dir=Path("/data"),
        config=Path("/project/langgraph.json"),
    )


@pytest.mark.parametrize(
    "name", ["DATABASE_URL", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "HTTPS_PROXY"]
)
def test_what_is_for_a_real_bot_does_not_reach_the_demos(name: str) -> None:
    assert name not in made({name: "real"})


def test_the_workspace_has_the_last_word() -> None:
    assert made({"SLACK_BOT_TOKEN": "xoxb-real", "PORT": "80"}).items() >= (WORKSPACE | {"PORT": "0"}).items()


def test_a_database_can_be_named_for_the_demo_alone() -> None:
    assert made({"DEMO_DATABASE_URL": "postgresql://x/demo"})["DATABASE_URL"] == "postgresql://x/demo"


def test_the_persons_own_model_is_left_to_answer() -> None:
    own = {"OPENAI_BASE_URL": "http://127.0.0.1:11434/v1", "MODEL": "llama"}
    assert has_own_model(own)
    assert made(own, model_url=None).items() >= own.items()
    assert made(own, model_url=None)["OPENAI_API_KEY"]


def test_without_one_the_scripted_model_answers() -> None:
    assert not has_own_model({"OPENAI_API_KEY": ""})
    assert made({"MODEL": "gpt"})["MODEL"] == "scripted"


def test_a_proxy_is_for_the_own_model_alone() -> None:
    proxied = made({"HTTPS_PROXY": "http://proxy:1", "OPENAI_API_KEY": "k"}, model_url=None)
    assert proxied["ALL_PROXY"] == "http://proxy:1"
    assert "ALL_PROXY" not in made({"HTTPS_PROXY": "http://proxy:1"})


def test_the_policy_beside_the_project_holds_wherever_the_demo_is_started(tmp_path: Path) -> None:
    config = tmp_path / "langgraph.json"

    def policy_file(**outside: str) -> str | None:
        made = bot_environment(outside, WORKSPACE, model_url=None, data_dir=Path("/data"), config=config)
        return made.get("POLICY_FILE")

    assert policy_file() is None
    (tmp_path / "approvals.toml").touch()
    assert policy_file() == str(tmp_path / "approvals.toml")
    assert policy_file(POLICY_FILE="/gone.toml") == "/gone.toml"  # the bot warns of it
