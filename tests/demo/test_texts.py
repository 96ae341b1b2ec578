"""What the demo prints once it is ready."""

from pathlib import Path

import pytest

from countersign.demo import texts
from slack_local.page.app_info import AppInfo


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("rules.toml", "  The policy      rules.toml"),
        ("gone.toml", "  The policy      none: there is no gone.toml, so every member decides everything."),
        (None, "  The policy      none: there is no approvals.toml, so every member decides everything."),
    ],
)
def test_the_policy_is_named_only_where_it_is_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: str | None, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rules.toml").touch()
    lines = texts.ready(
        page="http://127.0.0.1:1/",
        log=Path("bot.log"),
        config=Path("langgraph.json"),
        policy=str(Path(policy).absolute()) if policy else None,
        model="scripted",
        bot="Countersign",
        app_info=AppInfo(),
    )
    assert said in list(lines)
