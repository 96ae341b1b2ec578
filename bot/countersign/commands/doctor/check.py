"""A check, and what all checks work on: the settings, and what earlier checks learned."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from countersign.commands.doctor.check_result import CheckResult
from countersign.runs.loading import LoadedGraph
from countersign.settings import OptionalSettings, SettingProblem
from countersign.slack.transport.outbound.web_api import WebApi, Workspace


@dataclass(frozen=True, kw_only=True)
class DoctorOptions:
    """`url`: the bot's public address. `listen`: seconds to wait for a mention and a click; 0: not at all."""

    url: str | None = None
    listen: float = 0.0


@dataclass(kw_only=True)
class CheckContext:
    """One run of `doctor`. `environment` is that of the process, with what .env adds.

    `api` is there if there is a bot token, `workspace` once Slack took it, `graphs` once they are loaded.
    """

    settings: OptionalSettings
    problems: Mapping[str, SettingProblem]
    environment: Mapping[str, str]
    options: DoctorOptions = DoctorOptions()
    tell: Callable[[str], None] = lambda _text: None  # says at once what to do meanwhile
    api: WebApi | None = None
    workspace: Workspace | None = None
    graphs: Mapping[str, LoadedGraph] = field(default_factory=dict)
    database_now: tuple[float, float] | None = None  # the database's clock and ours, at one moment


@dataclass(frozen=True, kw_only=True)
class Check:
    """`run` yields what it finds. `timeout`: seconds after which it is given up."""

    name: str
    run: Callable[[CheckContext], AsyncIterator[CheckResult]]
    timeout: float = 30.0
