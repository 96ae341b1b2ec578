"""The fields by which a payload describes itself: title, summary, risk, why, details, expires_in.

A field that has another type than is documented stays an ordinary part of the payload.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from countersign.approvals.json import Json
from countersign.interrupts.dialects.requests.request_builder import (
    description_or_part,
    long_name_part,
    run_title,
    title_from_question,
)
from countersign.interrupts.review_request import Part, PartRole, ReviewRequest, Risk

LEADS = ("title", "question", "message", "prompt", "action")
"""The keys under which a payload says what it asks; the first of them that is there is the title."""

_NAME = re.compile(r"[\w.:-]{1,100}")
_DURATION = re.compile(r"(\d{1,6})\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_MAX_LENGTH = timedelta(days=3650)


@dataclass(frozen=True, kw_only=True)
class ReviewFields:
    """The documented fields of a payload; `parts` has all that title and description do not show."""

    title: str
    description: str | None
    parts: tuple[Part, ...]
    summary: str | None = None
    risk: Risk | None = None
    why: str | None = None
    details: Mapping[str, Json] = field(default_factory=dict)
    expires_in: timedelta | None = None


def lead_of(value: Json, leads: Iterable[str] = LEADS) -> str | None:
    """The key under which the payload says what it asks."""
    return next((key for key in leads if isinstance(value, dict) and isinstance(value.get(key), str)), None)


def review_fields(
    value: Mapping[str, Json], otherwise: str, *, leads: Iterable[str] = LEADS, without: Iterable[str] = ()
) -> ReviewFields:
    """`otherwise` is the title where the payload has none of one short line; `without` is shown elsewhere."""
    lead = lead_of(value, leads)
    title, description = otherwise, None
    parts: tuple[Part, ...] = ()
    if lead == "action" and _NAME.fullmatch(str(value[lead])):
        title, parts = run_title(str(value[lead])), long_name_part(str(value[lead]))
    elif lead is not None:
        title, description, parts = title_from_question(value[lead], lead, otherwise)
    taken = {*without, *((lead,) if lead else ())}
    summary, why, details = value.get("summary"), value.get("why"), value.get("details")
    if description is None and "summary" not in taken and isinstance(summary, str):
        description, long = description_or_part(summary, "summary")
        parts, taken = (*parts, *long), taken | {"summary"}
    rest = (part for key, item in value.items() if key not in taken for part in _parts(key, item))
    return ReviewFields(
        title=title,
        description=description,
        parts=(*parts, *rest),
        summary=summary if isinstance(summary, str) else None,
        risk=_risk(value.get("risk")),
        why=why if isinstance(why, str) else None,
        details=details if isinstance(details, Mapping) else {},
        expires_in=duration(value.get("expires_in")),
    )


def with_fields(request: ReviewRequest, fields: ReviewFields) -> ReviewRequest:
    """The request with what the payload says of itself as typed fields."""
    return replace(
        request,
        summary=fields.summary,
        risk=fields.risk,
        why=fields.why,
        details=fields.details,
        expires_in=fields.expires_in,
    )


def with_stated_risk(request: ReviewRequest, sources: Iterable[Json]) -> ReviewRequest:
    """The request with the highest risk that these objects state; each row has its own among its parts."""
    stated = (_risk(source.get("risk")) for source in sources if isinstance(source, Mapping))
    risks = [risk for risk in stated if risk is not None]
    return replace(request, risk=max(risks, key=list(Risk).index, default=None))


def stated_parts(value: Mapping[str, Json], *, without: Iterable[str] = ()) -> tuple[Part, ...]:
    """What is said about an action, beside its arguments: with the roles of a risk and of a reason."""
    left_out = frozenset((*without, "details"))
    said = [part for key, item in value.items() if key not in left_out for part in _parts(key, item)]
    details = [Part(label="details", value=value["details"])] if "details" in {*value} - {*without} else []
    return (*said, *details)


def duration(value: Json) -> timedelta | None:
    """`30m`, `2h`, `3d`, `90s`, or a number of seconds; None for anything else, and beyond ten years."""
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found:
        length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    elif isinstance(value, int | float) and 0 < value <= _MAX_LENGTH.total_seconds() and value is not True:
        length = timedelta(seconds=value)
    else:
        return None
    return length if timedelta() < length <= _MAX_LENGTH else None


def _parts(key: str, item: Json) -> tuple[Part, ...]:
    if key == "details" and isinstance(item, Mapping) and item:
        return tuple(Part(label=name, value=inner) for name, inner in item.items())
    if key == "risk" and item == _risk(item):
        return (Part(label=key, value=item, role=PartRole.RISK),)
    if key == "why" and isinstance(item, str):
        return (Part(label=key, value=item, role=PartRole.WHY),)
    return (Part(label=key, value=item),)


def _risk(value: Json) -> Risk | None:
    lowered = value.strip().lower() if isinstance(value, str) else None
    return next((risk for risk in Risk if risk.value == lowered), None)
