"""One installation of the app by OAuth: in a workspace, or in a whole Enterprise Grid organisation."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Installation:
    """`id` is the team's id, or the enterprise's where `is_organisation`. Tokens are hidden in repr."""

    id: str
    enterprise_id: str | None
    name: str
    url: str  # https://<name>.slack.com/
    app_id: str | None
    bot_id: str
    bot_user: str
    scopes: frozenset[str]
    token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None  # None: the token does not expire
    installed_by: str  # a user id

    @property
    def is_organisation(self) -> bool:
        return self.id == self.enterprise_id
