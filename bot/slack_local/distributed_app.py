"""One app that several local workspaces install by OAuth: one API address, one consent page, a token each.

Sources: docs.slack.dev/authentication/installing-with-oauth, /authentication/using-token-rotation.
"""

import base64
import json
import secrets
from dataclasses import dataclass, field
from itertools import cycle
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from aiohttp import web

from slack_local.model.records import JsonObject
from slack_local.model.slack import Organisation
from slack_local.payloads.events import access_event
from slack_local.transport.loopback_server import LoopbackServer
from slack_local.workspace import LocalWorkspace

CODE_LIFE = 600.0  # seconds
TEAM_METHODS = {  # https://docs.slack.dev/enterprise/developing-for-enterprise-orgs
    *("users.list", "users.conversations", "conversations.list", "usergroups.list", "usergroups.users.list"),
}
TOKEN_LIFE = 43_200  # seconds, as Slack's rotated tokens have


@dataclass(frozen=True, kw_only=True)
class _Code:
    team: str
    redirect_uri: str
    expires_at: float


@dataclass
class DistributedApp:
    """`async with DistributedApp([first, second]) as app:` and give the bot `app.environment()`.

    The workspaces are started and stopped with it. With `rotates`, tokens expire and are refreshed. With
    `organisation`, they are those of one Enterprise Grid organisation, whose admins can install the app for
    all that its `teams` name.
    """

    workspaces: list[LocalWorkspace]
    rotates: bool = False
    organisation: Organisation | None = None
    client_id: str = "1111.2222"
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    _codes: dict[str, _Code] = field(default_factory=dict, init=False, repr=False)
    _refresh_tokens: dict[str, str] = field(default_factory=dict, init=False, repr=False)  # to a team
    _server: LoopbackServer = field(default_factory=lambda: LoopbackServer(0), init=False, repr=False)
    refreshes: int = field(default=0, init=False)  # how often a token was rotated

    def __post_init__(self) -> None:
        secret = self.workspaces[0].signing_secret
        for workspace in self.workspaces:  # one app has one signing secret
            workspace.slack.signing_secret = secret
            workspace.slack.app_token = self.workspaces[0].slack.app_token  # and one app-level token
            workspace.slack.installed = False
        # A bot with as many connections as there are workspaces has one for the payloads of each.
        self._next_socket = cycle(self.workspaces)

    async def __aenter__(self) -> Self:
        for workspace in self.workspaces:
            await workspace.start()
        await self._server.start(self._add_routes)
        for workspace in self.workspaces:
            workspace.slack.address = self._server.address
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for workspace in self.workspaces:
            await workspace.stop()
        await self._server.stop()

    @property
    def api_url(self) -> str:
        """What the bot takes as SLACK_API_URL."""
        return f"{self._server.address}/api/"

    def environment(self) -> dict[str, str]:
        """The bot's settings, but for INSTALL_WORKSPACES and where it is reached."""
        return {
            "SLACK_API_URL": self.api_url,
            "SLACK_CLIENT_ID": self.client_id,
            "SLACK_CLIENT_SECRET": self.client_secret,
            "SLACK_SIGNING_SECRET": self.workspaces[0].signing_secret,
            **({"SLACK_APP_TOKEN": self.workspaces[0].app_token} if self._sockets else {}),
        }

    @property
    def _sockets(self) -> bool:
        return self.workspaces[0].mode == "socket"

    def reached_at(self, request_url: str) -> None:
        """Send every workspace's events, interactions and commands there."""
        for workspace in self.workspaces:
            workspace.request_url = request_url

    def expire_token(self, workspace: LocalWorkspace) -> None:
        """Expire the workspace's token."""
        workspace.slack.expired_tokens.add(workspace.slack.bot_token)

    def _add_routes(self, application: web.Application) -> None:
        application.router.add_get("/oauth/v2/authorize", self._consent)
        application.router.add_get("/oauth/v2/allow", self._allow)
        application.router.add_post("/api/oauth.v2.access", self._access)
        application.router.add_route("*", "/api/{method}", self._call)
        application.router.add_get("/link/", self._connect)
        application.router.add_post("/hooks/actions/{team}/{secret}", self._respond)

    async def _consent(self, request: web.Request) -> web.StreamResponse:
        """The page on which somebody chooses a workspace and allows what the app asks for."""
        asked = dict(request.query)
        if asked.get("client_id") != self.client_id:
            return web.Response(status=400, text="invalid_client_id")
        links = "".join(
            f'<p><a href="/oauth/v2/allow?{urlencode({**asked, "team": each.slack.team})}">'
            f"Allow in {each.slack.team}</a></p>"
            for each in self.workspaces
        )
        if self.organisation is not None:
            link = urlencode({**asked, "team": self.organisation.id})
            links += f'<p><a href="/oauth/v2/allow?{link}">Allow in {self.organisation.name}</a></p>'
        return web.Response(text=links, content_type="text/html")

    async def _allow(self, request: web.Request) -> web.StreamResponse:
        team, redirect_uri = request.query["team"], request.query.get("redirect_uri", "")
        if self.organisation is None or team != self.organisation.id:
            self._of_team(team)
        code = f"{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        until = self.workspaces[0].slack.clock.now() + CODE_LIFE
        self._codes[code] = _Code(team=team, redirect_uri=redirect_uri, expires_at=until)
        back = urlencode({"code": code, "state": request.query.get("state", "")})
        raise web.HTTPFound(f"{redirect_uri}?{back}")

    async def _access(self, request: web.Request) -> web.StreamResponse:
        form = {key: str(value) for key, value in (await request.post()).items()}
        if _credentials(request, form) != (self.client_id, self.client_secret):
            return web.json_response({"ok": False, "error": "bad_client_secret"})
        if form.get("grant_type") == "refresh_token":
            return web.json_response(self._refreshed(form.get("refresh_token", "")))
        code = self._codes.pop(form.get("code", ""), None)
        if code is None:
            return web.json_response({"ok": False, "error": "invalid_code"})
        if code.redirect_uri != form.get("redirect_uri", ""):
            return web.json_response({"ok": False, "error": "bad_redirect_uri"})
        if self.organisation is not None and code.team == self.organisation.id:
            return web.json_response(self._install_in_organisation(self.organisation))
        return web.json_response(self.install(self._of_team(code.team)))

    def _install_in_organisation(self, organisation: Organisation) -> JsonObject:
        """One token for all workspaces, which names none of them."""
        token = self._new_token()
        for workspace in self.workspaces:
            workspace.slack.organisation, workspace.slack.bot_token = organisation, token
            workspace.slack.installed = True
        first = self.workspaces[0]
        return {
            "ok": True,
            "app_id": first.slack.app.id,
            "authed_user": {"id": first.alice.id},
            **self._token(first),
            "team": None,
            "enterprise": {"id": organisation.id, "name": organisation.name},
            "is_enterprise_install": True,
        }

    def grant(self, *teams: str) -> None:
        """Let the organisation's app into these workspaces alone, and tell it so."""
        assert self.organisation is not None, "there is an organisation"
        before, self.organisation.teams = self.organisation.teams, list(teams)
        changes = {
            "team_access_granted": [team for team in teams if team not in before],
            "team_access_revoked": [team for team in before if team not in teams],
        }
        teller = self.workspaces[0]
        for kind, changed in changes.items():
            if changed:
                teller.delivery.events([access_event(teller.slack, kind, changed)])

    def install(self, workspace: LocalWorkspace) -> JsonObject:
        """Install the app there, and give what `oauth.v2.access` answers."""
        slack = workspace.slack
        slack.installed = True
        slack.bot_token = self._new_token()
        return {
            "ok": True,
            "app_id": slack.app.id,
            "authed_user": {"id": workspace.alice.id},
            "team": {"id": slack.team, "name": slack.team_name},
            "enterprise": None,
            "is_enterprise_install": False,
            **self._token(workspace),
        }

    def _refreshed(self, refresh_token: str) -> JsonObject:
        """A refresh token is good for one refresh, as Slack's are."""
        team = self._refresh_tokens.pop(refresh_token, None)
        if team is None:
            return {"ok": False, "error": "invalid_refresh_token"}
        workspace = self._of_team(team)
        if not workspace.slack.installed:
            return {"ok": False, "error": "token_revoked"}
        workspace.slack.expired_tokens.add(workspace.slack.bot_token)
        workspace.slack.bot_token = self._new_token()
        self.refreshes += 1
        return {"ok": True, "app_id": workspace.slack.app.id, "enterprise": None, **self._token(workspace)}

    def _token(self, workspace: LocalWorkspace) -> dict[str, Any]:
        slack = workspace.slack
        token: dict[str, Any] = {
            "access_token": slack.bot_token,
            "token_type": "bot",
            "scope": ",".join(sorted(slack.app.scopes)),
            "bot_user_id": slack.app.bot_user,
            "team": {"id": slack.team, "name": slack.team_name},
        }
        if self.rotates:
            refresh_token = f"xoxe-1-{secrets.token_hex(16)}"
            self._refresh_tokens[refresh_token] = slack.team
            token |= {"refresh_token": refresh_token, "expires_in": TOKEN_LIFE}
        return token

    def _new_token(self) -> str:
        return f"{'xoxe.' if self.rotates else ''}xoxb-local-{secrets.token_hex(12)}"

    async def _call(self, request: web.Request) -> web.StreamResponse:
        """Each call goes to the workspace that its token belongs to."""
        if request.match_info["method"] == "api.test":  # takes no token
            return await self.workspaces[0].endpoint.serve(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._sockets and token == self.workspaces[0].app_token:
            return await next(self._next_socket).endpoint.serve(request)
        if self.organisation is not None and self.workspaces[0].slack.organisation is not None:
            return await self._call_of_organisation(request, self.organisation)
        for workspace in self.workspaces:
            slack = workspace.slack
            if token in (slack.bot_token, *slack.expired_tokens):
                return await workspace.endpoint.serve(request)
        return web.json_response({"ok": False, "error": "invalid_auth"})

    async def _call_of_organisation(
        self, request: web.Request, organisation: Organisation
    ) -> web.StreamResponse:
        """The token names no workspace: an argument does, or the subject of the call."""
        arguments = await _arguments(request)
        team = arguments.get("team_id")
        if request.match_info["method"] in TEAM_METHODS and not team:
            return web.json_response({"ok": False, "error": "missing_argument"})
        if team is not None and team not in organisation.teams:
            return web.json_response({"ok": False, "error": "team_access_not_granted"})
        for names in (("channel", "channel_id", "trigger_id", "view_id"), ("user", "users", "user_id")):
            named = {str(arguments.get(name)) for name in names}
            for workspace in self.workspaces:
                state = workspace.slack.state
                known = {*state.channels, *state.triggers, *state.views, *state.users}
                if workspace.slack.team == team or (team is None and named & known):
                    return await workspace.endpoint.serve(request)
        return await self.workspaces[0].endpoint.serve(request)

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        issuer = next((each for each in self.workspaces if each.socket.issued(ticket)), self.workspaces[0])
        return await issuer.socket.serve(request)

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        return await self._of_team(request.match_info["team"]).response_urls.serve(request)

    def _of_team(self, team: str) -> LocalWorkspace:
        found = next((each for each in self.workspaces if each.slack.team == team), None)
        if found is None:
            raise web.HTTPNotFound(text="team_not_found")
        return found


async def _arguments(request: web.Request) -> JsonObject:
    given: JsonObject = dict(request.query)
    if request.content_type == "application/json":
        body: JsonObject = json.loads(await request.text() or "{}")
        return given | body
    return given | dict(await request.post())


def _credentials(request: web.Request, form: JsonObject) -> tuple[str, str]:
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        name, _, secret = base64.b64decode(encoded).decode().partition(":")
        return name, secret
    return str(form.get("client_id", "")), str(form.get("client_secret", ""))
