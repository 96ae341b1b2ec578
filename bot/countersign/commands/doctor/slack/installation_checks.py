"""The tokens of the workspaces that installed the app by OAuth, each in a line of its own."""

from collections.abc import AsyncIterator, Sequence

import psycopg

from countersign.approvals.errors import CountersignError
from countersign.commands.doctor.check import CheckContext
from countersign.commands.doctor.check_result import CheckResult, fail, ok, skip, warn
from countersign.commands.doctor.slack.token_checks import NO_SLACK
from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.installation.installation import Installation
from countersign.slack.app_manifest.permissions import SCOPES
from countersign.slack.transport.outbound.web_api import WebApi, client_with_token, open_web
from countersign.store.connections.database import open_database
from countersign.store.connections.pool import configure_for_statements, open_pool
from countersign.store.workspaces.installations import InstallationStore

_ONE = "The app has one workspace, that of SLACK_BOT_TOKEN."
_NO_KEY = "Without ENCRYPTION_KEY no token of a workspace can be read."
_NONE = "No workspace has installed the app yet."
_OPEN_PAGE = "Open {url}/slack/install and install it."
_WELL = "{name} ({id}): the token is good."
_REFUSED = "{name} ({id}): Slack refused its token ({error})."
_EXPIRED = "{name} ({id}): the token expired. A bot that runs renews it."
_START = "Start the bot; if this stays, look for token_not_rotated in its log."
_UNCHECKED = "{name} ({id}): {error}"
_TRY_AGAIN = "Check the network and run this again."
_LACKS = "{name} ({id}): the token lacks scopes: {scopes}."
_INSTALL_AGAIN = "Let an admin of that workspace install the app again at {url}/slack/install."


async def check_installations(examination: CheckContext) -> AsyncIterator[CheckResult]:
    settings = examination.settings
    if {"DATABASE_URL", "ENCRYPTION_KEY"} & examination.problems.keys():
        return  # the check of the settings says so
    if not settings.oauth:
        yield ok(_ONE) if settings.slack_bot_token else skip(NO_SLACK)
        return
    if settings.key_ring is None:
        yield skip(_NO_KEY)
        return
    try:
        found = await _installations(examination)
    except (CountersignError, psycopg.Error):
        return  # the checks of the database and of the encryption say so
    page = (settings.public_url or "").rstrip("/")
    if not found:
        yield warn(_NONE, _OPEN_PAGE.format(url=page))
    async with open_web(settings.slack_api_url, None) as web:
        for installation in found:
            api = WebApi(client_with_token(web, installation.token))
            yield await _examined(api, installation, _INSTALL_AGAIN.format(url=page))


async def _examined(api: WebApi, installation: Installation, install_again: str) -> CheckResult:
    named = {"name": installation.name, "id": installation.id}
    try:
        workspace = await api.workspace()
    except SlackRefused as refused:
        if refused.error == "token_expired" and installation.refresh_token is not None:
            return warn(_EXPIRED.format(**named), _START)
        return fail(_REFUSED.format(error=refused.error, **named), install_again)
    except (SlackUnreachable, RateLimited) as error:
        return warn(_UNCHECKED.format(error=error, **named), _TRY_AGAIN)
    scopes = workspace.scopes if workspace.scopes is not None else installation.scopes
    lacking = [scope.name for scope in SCOPES if scope.required and scope.name not in scopes]
    if lacking:
        return fail(_LACKS.format(scopes=", ".join(lacking), **named), install_again)
    return ok(_WELL.format(**named))


async def _installations(examination: CheckContext) -> Sequence[Installation]:
    """Each once, however many workspaces of an organisation it serves."""
    settings = examination.settings
    if settings.database is None and not (settings.data_dir / "postgres").exists():
        return ()
    async with (
        open_database(settings.database, settings.data_dir, migrated=False) as url,
        await open_pool(
            url, min_size=1, max_size=1, configure=configure_for_statements, key_ring=settings.key_ring
        ) as pool,
    ):
        store = InstallationStore(pool)
        found = [await store.find(team) for team in await store.teams()]
        return tuple({each.id: each for each in found if each is not None}.values())
