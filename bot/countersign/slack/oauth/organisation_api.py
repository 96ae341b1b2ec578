"""What the token of an organisation's installation can ask: where the app is, and where people are.

https://docs.slack.dev/reference/methods/auth.teams.list
"""

from countersign.flow.errors import SlackUnreachable
from countersign.i18n import lazy_text
from countersign.slack.transport.outbound.web_api import WebApi

_PAGE = 500
_MAX_PAGES = 100


class OrganisationApi:
    """Raises RateLimited, SlackRefused and SlackUnreachable."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    async def workspaces(self) -> frozenset[str]:
        """The workspaces that the organisation added the app to."""
        teams: set[str] = set()
        cursor: str | None = None
        for _ in range(_MAX_PAGES):
            page = await self._api.read("auth.teams.list", limit=_PAGE, cursor=cursor)
            teams |= {str(team["id"]) for team in page.get("teams") or ()}
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return frozenset(teams)
        raise SlackUnreachable(
            lazy_text("{method} has more than {count:,} entries.", method="auth.teams.list", count=len(teams))
        )

    async def workspaces_of_person(self, user: str) -> tuple[str, ...]:
        """Those that somebody is a member of, their own first; none for somebody of another organisation."""
        answer = await self._api.read("users.info", user=user)
        found = answer.get("user") or {}
        enterprise = found.get("enterprise_user") or {}
        teams = [str(team) for team in enterprise.get("teams") or ()]
        own = str(found.get("team_id") or "")
        return (own, *teams) if own in teams else tuple(teams)
