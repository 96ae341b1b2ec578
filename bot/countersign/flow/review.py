"""What an approval asks: parsed from its value and schema, and remembered for a while."""

from collections import OrderedDict

from countersign.approvals.approval import Approval
from countersign.approvals.json import Json
from countersign.interrupts import ReviewRequest, parse

_KEPT = 64


def request_of(approval: Approval) -> ReviewRequest:
    """What the approval asks."""
    return question(approval.value, approval.schema, approval.digest)


def question(value: Json, schema: Json, digest: str) -> ReviewRequest:
    """What an interrupt asks.

    ThreadRoot, rendering, clicking and deciding all need it within moments, so the last few are kept under
    their digest. It is only a name for them here: value and schema are compared all the same.
    """
    kept = _parsed.get(digest)
    if kept is None or kept[0] != (value, schema):
        kept = (value, schema), parse(value, schema)
        _parsed[digest] = kept
        while len(_parsed) > _KEPT:
            _parsed.popitem(last=False)
    return kept[1]


_parsed: OrderedDict[str, tuple[tuple[Json, Json], ReviewRequest]] = OrderedDict()
