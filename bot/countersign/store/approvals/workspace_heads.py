"""The heads of the workspaces' chains, kept so that they can be anchored without reading the ledger."""

from countersign.approvals.audit import Anchor
from countersign.approvals.audit.workspace_chain import ChainPosition
from countersign.store.connections.pool import Connection
from countersign.store.queries import QUERIES

_BATCH = 5_000  # sealed entries that one query reads


async def advance_heads(connection: Connection) -> None:
    """Bring the heads up to the ledger's. Takes the lock of whoever seals: one process at a time."""
    places, covered = await _heads(connection)
    moved: dict[str, int] = {}
    while True:
        cursor = await connection.execute(QUERIES["sealed_after"], {"position": covered, "limit": _BATCH})
        rows = await cursor.fetchall()
        for row in rows:
            team, covered = row["team"], row["position"]
            if row["hash"] is None:  # taken out of the table: `audit verify` says so
                continue
            places[team] = places.get(team, ChainPosition()).next(row["hash"])
            moved[team] = covered
        if len(rows) < _BATCH:
            break
    if moved:
        await connection.execute(
            QUERIES["save_workspace_heads"],
            {
                "teams": list(moved),
                "positions": [places[team].position for team in moved],
                "links": [places[team].link for team in moved],
                "sealed": list(moved.values()),
            },
        )


async def workspace_heads(connection: Connection) -> tuple[Anchor, ...]:
    """The head of each workspace that the ledger has entries of, by its id."""
    places, _ = await _heads(connection)
    return tuple(
        Anchor(position=place.position, link=place.link, workspace=team)
        for team, place in sorted(places.items())
    )


async def _heads(connection: Connection) -> tuple[dict[str, ChainPosition], int]:
    """The heads by team, and the ledger's position up to which they are."""
    rows = await (await connection.execute(QUERIES["workspace_heads"])).fetchall()
    places = {row["team"]: ChainPosition(position=row["position"], link=row["link"]) for row in rows}
    return places, max((row["sealed_position"] for row in rows), default=0)
