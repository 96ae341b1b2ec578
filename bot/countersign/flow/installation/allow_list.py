"""Which workspaces may install the app: INSTALL_WORKSPACES."""

import re
from dataclasses import dataclass

_ANY = "*"
_ID = re.compile(r"[TE][A-Z0-9]{2,20}")


@dataclass(frozen=True, kw_only=True)
class InstallAllowList:
    """Team and enterprise ids; `anyone`: every workspace."""

    ids: frozenset[str] = frozenset()
    anyone: bool = False

    @classmethod
    def parse(cls, text: str) -> "InstallAllowList":
        """Ids that commas or spaces separate, or `*`. Raises ValueError: an empty list allows nobody."""
        words = text.replace(",", " ").split()
        if words == [_ANY]:
            return cls(anyone=True)
        if not words:
            raise ValueError("has no ID")
        for word in words:
            if not _ID.fullmatch(word):
                raise ValueError("has something that is no team or enterprise ID")
        return cls(ids=frozenset(words))

    def allows(self, team: str | None, enterprise: str | None) -> bool:
        """Whether this workspace, or the organisation that it belongs to, may install the app."""
        return self.anyone or bool(self.ids & {each for each in (team, enterprise) if each})
