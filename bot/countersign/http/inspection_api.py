"""GET /inspect/<team>/<channel>/<thread_ts>: what the bot knows of a thread, for its graph's author.

GET /inspect/<team>/<channel>/<thread_ts>/errors is only what its runs raised.

It shows conversations in clear text. It exists only with INSPECTION_TOKEN, and answers only to that token.
"""

import hmac
import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from aiohttp import web

from countersign.approvals.json import Json
from countersign.flow.thread import ThreadRef
from countersign.interrupts.code import notation, shape_from_json
from countersign.store.diagnostics import Diagnostics

_THREAD = "/inspect/{team}/{channel}/{ts}"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class InspectionApi:
    """`describe(graph, thread)` reads the state of a graph in a thread, without taking the thread's lock."""

    def __init__(
        self,
        diagnostics: Diagnostics,
        graphs: Collection[str],
        describe: Callable[[str, ThreadRef], Awaitable[Json]],
    ) -> None:
        self._diagnostics = diagnostics
        self._graphs = graphs
        self._describe = describe

    def routes(self, token: str) -> dict[str, Handler]:
        """The handlers for GET, by path. They answer in JSON, or with 401 without the token."""

        def guarded(read: Callable[[ThreadRef], Awaitable[Any]]) -> Handler:
            async def handle(request: web.Request) -> web.Response:
                given = request.headers.get("Authorization", "").removeprefix("Bearer ")
                if not hmac.compare_digest(given.encode(), token.encode()):
                    reason = "Send INSPECTION_TOKEN as a bearer token."
                    return web.json_response({"error": reason}, status=401)
                path = request.match_info
                thread = ThreadRef(team=path["team"], channel=path["channel"], ts=path["ts"])
                return web.json_response(
                    await read(thread), dumps=lambda value: json.dumps(value, default=str)
                )

            return handle

        return {_THREAD: guarded(self._sections), f"{_THREAD}/errors": guarded(self._errors)}

    async def _errors(self, thread: ThreadRef) -> list[dict[str, Any]]:
        return await self._diagnostics.run_errors(thread.id)

    async def _sections(self, thread: ThreadRef) -> dict[str, Any]:
        """A member per section."""
        rows = await self._diagnostics.thread_rows(thread.id)
        return {
            "Errors": await self._errors(thread),
            "Answers": [_answer(row) for row in rows["Approvals"]],
            **rows,
            "Graph": await self._state(thread),
        }

    async def _state(self, thread: ThreadRef) -> Json:
        name = await self._diagnostics.graph_name(thread.id)
        return await self._describe(name, thread) if name is not None and name in self._graphs else None


def _answer(row: Mapping[str, Any]) -> dict[str, Json]:
    """What the graph's code does with the answer to one approval, and on which line."""
    shape = shape_from_json(row["answer_shape"])
    return {
        "approval": str(row["id"]),
        "node": row["node"],
        "takes": notation(shape),
        "read at": str(shape.where) if shape.where is not None else None,
        "because": shape.evidence or None,
    }
