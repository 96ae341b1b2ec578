from typing import Any

from bot.local.errors import SlackError, invalid_arguments
from bot.local.things import Obj, new_id


def message_blocks(given: Any) -> list[Obj]:
    if given is None:
        return []
    if not isinstance(given, list):
        raise SlackError("invalid_blocks_format")
    return _with_ids(given)


def view_definition(given: Any, kind: str) -> Obj:
    if not isinstance(given, dict):
        raise invalid_arguments("missing required field: view")
    return given | {"blocks": _with_ids(given["blocks"])}


def _with_ids(blocks: list[Obj]) -> list[Obj]:
    done = []
    for b in blocks:
        b = {"block_id": new_id("")[1:6], **b}
        for k in ("element", "accessory"):
            if k in b and b[k]["type"] != "image":
                b[k] = {"action_id": new_id("")[1:6], **b[k]}
        if b["type"] == "actions":
            b["elements"] = [{"action_id": new_id("")[1:6], **e} for e in b["elements"]]
        done.append(b)
    return done
