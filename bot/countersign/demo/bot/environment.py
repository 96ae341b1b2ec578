"""The environment of the demo's bot: the person's own settings, with the demo's where needed."""

from collections.abc import Mapping
from pathlib import Path

from countersign.installation import child_import_path
from countersign.policy_file import find_policy_file

OWN_MODEL = ("OPENAI_API_KEY", "OPENAI_BASE_URL")
_NOT_FOR_THE_DEMO = (
    # A demo on the database of a real bot would take that bot's jobs.
    "DATABASE_URL",
    # The demo must not use a real workspace's token. The last two switch Bolt to OAuth mode.
    "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET",
    # slack-sdk sends even what is for loopback to a proxy, whatever NO_PROXY says.
    "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy",
)  # fmt: skip


def has_own_model(outside: Mapping[str, str]) -> bool:
    """Whether the person brings a model, so that the scripted one stays out of it."""
    return any(outside.get(name) for name in OWN_MODEL)


def bot_environment(
    outside: Mapping[str, str],
    workspace: Mapping[str, str],
    *,
    model_url: str | None,
    data_dir: Path,
    config: Path,
    policy: Path | None = None,
) -> dict[str, str]:
    """The bot's whole environment.

    `outside` is the demo's own, `workspace` the local workspace's settings, `model_url` where the scripted
    model is (None: the person's own model answers), `policy` the policy file unless POLICY_FILE names one
    (None: the one that is found).
    DEMO_DATABASE_URL names a database for the demo where the embedded one cannot run.
    """
    own = {name: value for name, value in outside.items() if name not in _NOT_FOR_THE_DEMO}
    proxy = outside.get("HTTPS_PROXY") or outside.get("https_proxy")
    if proxy and model_url is None:
        own |= {"ALL_PROXY": proxy, "NO_PROXY": "127.0.0.1,localhost"}  # read by the model's client alone
    if database := outside.get("DEMO_DATABASE_URL"):
        own["DATABASE_URL"] = database
    if model_url is not None:
        own |= {"OPENAI_BASE_URL": model_url, "OPENAI_API_KEY": "scripted", "MODEL": "scripted"}
        own.setdefault("FILES", "text,images,pdf")  # the scripted model has no profile, and refuses none
    elif not own.get("OPENAI_API_KEY"):
        own["OPENAI_API_KEY"] = "none"  # servers on one's own machine ask for no key, but clients do
    own.setdefault("AGENT_SURFACE", "on")  # its page shows prompts and the states of sessions
    return own | {
        **workspace,
        "DATA_DIR": str(data_dir),
        "HOST": "127.0.0.1",
        "PORT": "0",
        "LANGGRAPH_CONFIG": str(config.absolute()),
        "LOG_FORMAT": "text",
        "PYTHONUNBUFFERED": "1",
        **_policy_file(outside.get("POLICY_FILE") or policy, config),
        **child_import_path(outside),
    }


def _policy_file(named: str | Path | None, config: Path) -> dict[str, str]:
    """As the bot finds it, but from the folder that the demo was started in: the bot runs in another one."""
    path = Path(named) if named else find_policy_file(None, config)
    return {"POLICY_FILE": str(path.absolute())} if named or path.exists() else {}
