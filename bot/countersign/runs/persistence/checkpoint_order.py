"""Keeps a thread's checkpoints in order when the clocks of two machines differ.

LangGraph treats the checkpoint with the greatest id as the latest, and ids begin with the writer's clock
(UUID version 6). A machine that continues a thread after one whose clock is ahead would write smaller ids:
its checkpoints would not be found again, and steps would run twice.
"""

import importlib
from typing import Any

# Its `uuid6` gives ids later than the last one that it gave in this process, and keeps that one's time here.
_ids: Any = importlib.import_module("langgraph.checkpoint.base.id")
_LAST = "_last_v6_timestamp"


def continue_after(checkpoint_id: str) -> None:
    """Make every checkpoint that this process writes from now on later than this one."""
    found = _ids.UUID(checkpoint_id)
    if found.version == 6 and found.time > (getattr(_ids, _LAST) or 0):
        setattr(_ids, _LAST, found.time)
