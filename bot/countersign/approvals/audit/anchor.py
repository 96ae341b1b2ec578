"""An anchor: the chain's head, stored outside the database, which shows if the ledger was truncated."""

import re
from dataclasses import dataclass

from countersign.approvals.errors import CountersignError

_ANCHOR = re.compile(
    r"(?:(?P<workspace>[A-Z][A-Z0-9]{0,20})/)?(?P<position>[1-9][0-9]{0,17}):(?P<link>[0-9a-f]{64})"
)


class AnchorNotUnderstood(CountersignError):
    """An anchor is a position and a link, such as 1204:9f86d08…, as `audit verify` shows it."""


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """A position of the chain, from 1, and the link there (64 hex digits).

    `workspace`: a team id where the chain is that of one workspace.
    """

    position: int
    link: str
    workspace: str | None = None

    def __str__(self) -> str:
        chain = f"{self.workspace}/" if self.workspace is not None else ""
        return f"{chain}{self.position}:{self.link}"


def parse_anchor(text: str) -> Anchor:
    """Read `<position>:<link>` or `<workspace>/<position>:<link>`, alone or within a line of text.

    Raises AnchorNotUnderstood.
    """
    found = _ANCHOR.search(text)
    if found is None:
        raise AnchorNotUnderstood
    return Anchor(position=int(found["position"]), link=found["link"], workspace=found["workspace"])
