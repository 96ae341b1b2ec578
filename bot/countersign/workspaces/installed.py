"""Services that exist only with OAuth: installation pages, token rotation, removal."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

from countersign.flow.errors import SlackRefused
from countersign.flow.installation.installation import Installation
from countersign.flow.installation.organisations import Organisations
from countersign.flow.installation.removal import InstallationRemoval
from countersign.flow.observability.metrics import Metrics
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.ports import Clock
from countersign.flow.ports.database.installations import InstallationStore
from countersign.settings import Settings
from countersign.slack.oauth.install_flow import InstallFlow
from countersign.slack.oauth.organisation_api import OrganisationApi
from countersign.slack.oauth.token_rotation import TokenRotation
from countersign.slack.transport.outbound.web_api import WebApi, client_with_token
from countersign.storage import Storage
from countersign.workspaces.registry import InstalledWorkspaces
from countersign.workspaces.services import WorkspaceFactory


@dataclass(frozen=True, kw_only=True)
class OAuth:
    store: InstallationStore
    flow: InstallFlow
    rotation: TokenRotation
    removal: InstallationRemoval
    organisations: Organisations
    workspaces: InstalledWorkspaces


def open_oauth(
    settings: Settings,
    storage: Storage,
    api: WebApi,
    build: WorkspaceFactory,
    policy: CurrentPolicy,
    metrics: Metrics,
    clock: Clock,
) -> OAuth | None:
    """None where SLACK_BOT_TOKEN says which workspace is served. `api` has no token."""
    store = storage.installations
    if store is None:
        return None
    app = settings.oauth_app
    secret = app.client_secret.get_secret_value()
    rotator = AsyncTokenRotator(client_id=app.client_id, client_secret=secret, client=api.web)
    rotation = TokenRotation(store, rotator, clock)
    flow = InstallFlow(
        web=api.web,
        client_id=app.client_id,
        client_secret=secret,
        public_url=app.public_url,
        agent=settings.agent_surface != "off",
        store=store,
        states=storage.oauth_states,
        allowed=app.allowed,
    )

    def of_installation(installation: Installation) -> WebApi:
        own = WebApi(client_with_token(api.web, installation.token), metrics)
        own.renew_token = rotation.renewal(installation.id)
        return own

    async def is_live(installation: Installation) -> bool:
        try:
            await of_installation(installation).check()
        except SlackRefused:
            return False
        return True

    async def of_organisation(enterprise_id: str) -> OrganisationApi | None:
        installation = await store.find(enterprise_id)
        return OrganisationApi(of_installation(installation)) if installation is not None else None

    async def granted(enterprise_id: str) -> frozenset[str] | None:
        found = await of_organisation(enterprise_id)
        return await found.workspaces() if found is not None else None

    async def workspaces_of_person(enterprise_id: str, user: str) -> Sequence[str]:
        found = await of_organisation(enterprise_id)
        return await found.workspaces_of_person(user) if found is not None else ()

    return OAuth(
        store=store,
        flow=flow,
        rotation=rotation,
        removal=InstallationRemoval(store, is_live),
        organisations=Organisations(storage.organisations, granted, workspaces_of_person),
        workspaces=InstalledWorkspaces(
            store, build, api.web, policy.of_workspace, metrics=metrics, rotation=rotation
        ),
    )
