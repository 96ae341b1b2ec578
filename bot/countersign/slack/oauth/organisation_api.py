"""Calls with the token of an organisation's installation: where the app is, and where people are.

https://docs.slack.dev/reference/methods/auth.teams.list
"""

from countersign.slack.transport.outbound.pagination import read_entries
from countersign.slack.transport.outbound.web_api import WebApi

_PAGE = 500


class OrganisationApi:
    """Raises RateLimited, SlackRefused and SlackUnreachable."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    async def workspaces(self) -> frozenset[str]:
        """The workspaces that the organisation added the app to."""
        teams = await read_entries(self._api, "auth.teams.list", "teams", _PAGE)
        return frozenset(str(team["id"]) for team in teams)

    async def workspaces_of_person(self, user: str) -> tuple[str, ...]:
        """Those that somebody is a member of, their own first; none for somebody of another organisation."""
        answer = await self._api.read("users.info", user=user)
        found = answer.get("user") or {}
        enterprise = found.get("enterprise_user") or {}
        teams = [str(team) for team in enterprise.get("teams") or ()]
        own = str(found.get("team_id") or "")
        return (own, *teams) if own in teams else tuple(teams)
