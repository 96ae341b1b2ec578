"""A stand-in for the Slack that tools post to."""

from dataclasses import dataclass
from typing import Any


@dataclass
class SlackForTools:
    """Where tools' calls go: `posts` by key."""

    posts: dict[str, str]

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        return {"ok": True}

    async def post_text(self, key: str, channel: str, text: str, *, look_first: bool) -> dict[str, Any]:
        if look_first and key in self.posts:
            return {"ts": "1.0"}
        assert key not in self.posts, "posted twice"
        self.posts[key] = text
        return {"ts": "1.0"}

    async def find_text(self, key: str, channel: str) -> str | None:
        return "1.0" if key in self.posts else None
