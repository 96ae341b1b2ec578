"""Listens to Slack: the Bolt app of each workspace, over Socket Mode or HTTP."""

from collections.abc import Mapping

import structlog
from slack_bolt.async_app import AsyncApp

from countersign.flow.errors import SlackRefused
from countersign.flow.installation.organisations import PayloadSubject
from countersign.http.server import Handler
from countersign.services import Services
from countersign.slack.background_tasks import BackgroundTasks
from countersign.slack.listeners.context import ListenerContext
from countersign.slack.oauth.http import install_routes
from countersign.slack.transport.inbound.bolt_app import build_bolt_app
from countersign.slack.transport.inbound.workspace_router import WorkspaceRouter
from countersign.workspaces.installed import OAuth
from countersign.workspaces.services import WorkspaceServices

log = structlog.get_logger()


def build_app(services: Services, background_tasks: BackgroundTasks) -> AsyncApp:
    """The app that payloads are dispatched to."""
    secret = signing_secret(services)
    if services.oauth is None:
        assert services.single is not None
        return _app(services, services.single, background_tasks)
    directory = _Directory(services, services.oauth, background_tasks)
    return WorkspaceRouter(directory, services.api.web, signing_secret=secret)


def installation_routes(services: Services) -> Mapping[str, Handler]:
    """The pages of the installation by OAuth; none for a single workspace."""
    return install_routes(services.oauth.flow) if services.oauth is not None else {}


def signing_secret(services: Services) -> str:
    secret = services.settings.slack_signing_secret
    return secret.get_secret_value() if secret else ""


class _Directory:
    """The apps by workspace, each built when the first payload for it comes."""

    def __init__(self, services: Services, oauth: OAuth, background_tasks: BackgroundTasks) -> None:
        self._services = services
        self._oauth = oauth
        self._background_tasks = background_tasks
        self._apps: dict[str, tuple[WorkspaceServices, AsyncApp]] = {}

    async def app(self, team: str) -> AsyncApp | None:
        found = await self._oauth.workspaces.find(team)
        if found is None:
            self._apps.pop(team, None)
            return None
        built = self._apps.get(team)
        if built is None or built[0] is not found:
            built = self._apps[team] = (found, _app(self._services, found, self._background_tasks))
        return built[1]

    async def workspace_of(self, enterprise_id: str, subject: PayloadSubject) -> str | None:
        try:
            return await self._oauth.organisations.workspace_of(enterprise_id, subject)
        except SlackRefused as error:
            log.warning("organisation_not_read", organisation=enterprise_id, slack_error=error.error)
            return None

    async def access_changed(self, enterprise_id: str, reason: str) -> None:
        try:
            left = await self._oauth.organisations.refresh(enterprise_id, reason)
        except SlackRefused as error:
            log.warning("organisation_not_read", organisation=enterprise_id, slack_error=error.error)
            return
        for team in left:
            self._oauth.workspaces.forget(team)

    async def removed(self, id_: str, reason: str) -> None:
        for team in await self._oauth.removal(id_, reason):
            self._oauth.workspaces.forget(team)


def _app(services: Services, workspace: WorkspaceServices, background_tasks: BackgroundTasks) -> AsyncApp:
    decisions, observer = workspace.decisions, services.observer
    context = ListenerContext(
        api=workspace.api,
        client=workspace.slack,
        workspace=workspace.workspace,
        store=workspace.storage.threads,
        decide=decisions.decide,
        withdraw_vote=decisions.withdraw_vote,
        undo_decision=decisions.undo_decision,
        cancel_approval=decisions.cancel_approval,
        claim_approval=decisions.claim_approval,
        refer_approval=decisions.refer_approval,
        delegations=decisions.delegations,
        grants=workspace.grants,
        break_glass_reviews=workspace.break_glass_reviews,
        start_permission=decisions.start_permission,
        inbox=workspace.inbox,
        quiet_hours=services.storage.inboxes,
        home_tabs=workspace.home_tabs,
        delivery=workspace.delivery,
        graphs=services.graphs.infos,
        default_graph=services.graphs.default,
        channel_ids=workspace.channel_ids,
        check_shortages=workspace.check_shortages,
        trace_url=services.settings.trace_url,
        feedback=workspace.storage.feedback,
        count_feedback=lambda rating: observer.metrics.runs.feedback.labels(verdict=rating).inc(),
        prompts=workspace.prompts,
        background_tasks=background_tasks,
        app_removed=lambda event: _removed(services, workspace, event),
    )
    return build_bolt_app(context, signing_secret=signing_secret(services), metrics=observer.metrics)


async def _removed(services: Services, workspace: WorkspaceServices, event: str) -> None:
    """The app was removed from the only workspace, unless its token is good: the event may come late.

    Raises RateLimited and SlackUnreachable, so that Slack sends the event again.
    """
    try:
        await workspace.api.check()
    except SlackRefused as error:
        log.warning("app_removed", team=workspace.team, reason=event, slack_error=error.error)
        await services.storage.removals.workspace_removed(workspace.team, event)
