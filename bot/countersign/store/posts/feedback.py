"""What people say of an agent's answers."""

from countersign.error_translation import translates_errors
from countersign.flow.ports import Rating
from countersign.store.connections.pool import Pool, fetch


@translates_errors
class FeedbackStore:
    def __init__(self, pool: Pool, team: str | None = None) -> None:
        """`team` is the only workspace whose answers it knows; without it, those of all."""
        self._pool = pool
        self._team = team

    async def save(self, key: str, channel: str, user: str, rating: Rating) -> bool:
        values = {"team": self._team, "key": key, "channel": channel, "user": user, "verdict": rating}
        return bool(await fetch(self._pool, "save_feedback", values))
