"""A request's title: a sentence that says what approving does, instead of the name of a tool."""

import re
from collections.abc import Callable
from dataclasses import replace

from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.dialects.requests.request_builder import run_title, title_text
from countersign.interrupts.dialects.static_breakpoint import NAME as BREAKPOINT
from countersign.interrupts.dialects.static_breakpoint import run_step_title
from countersign.interrupts.display.labels import human_label
from countersign.interrupts.review_request import ReviewRequest

_NAME = re.compile(r"[\w.:-]{1,100}")
_LONGEST = 100  # characters of a title that is the description's first line
_SENTENCE = re.compile(r"[A-Z][\w ,.'’“”()/#-]*[\w)”]\.?")  # plain words: no markup, no question, no colon
_SEVERAL = re.compile(r"[.!?] ")


def with_action_title(request: ReviewRequest) -> ReviewRequest:
    """The request titled with what its action does.

    That is the first sentence of the tool's description, else its name as a sentence. A title that a payload
    or a rule gave stays.
    """
    action = request.rows[0].action if len(request.rows) == 1 else None
    if action is not None and request.title == title_text(run_title(action)):
        first, rest = _first_sentence(request.description or "")
        if first is not None and request.dialect != BREAKPOINT:  # that one says why the run stopped
            return replace(request, title=first, description=rest)
        return replace(request, title=title_text(action_label(action)))
    before = request.rows[0].args.get("before")
    step = before[0] if isinstance(before, list) and len(before) == 1 else None
    if request.dialect == BREAKPOINT and _is_title(request, step, run_step_title):
        title = _("Go on with the step “{step}”").format(step=human_label(str(step)))
        return replace(request, title=title_text(title))
    named = request.rows[0].args.get("action")
    if not _is_title(request, named, run_title):  # a question that begins so
        return request
    return replace(request, title=title_text(human_label(str(named))))


def _is_title(request: ReviewRequest, name: Json, titled: Callable[[str], str]) -> bool:
    """Whether the title is the one that was made for this name."""
    return isinstance(name, str) and bool(_NAME.fullmatch(name)) and request.title == title_text(titled(name))


def action_label(action: str) -> str:
    """The name of a tool as a sentence: "Post message". Only equal names are shown alike."""
    return human_label(action) if action.strip() else _("Run this tool")


def _first_sentence(description: str) -> tuple[str | None, str | None]:
    """The first sentence, if it can stand as a title, and what follows it."""
    line, _, below = description.partition("\n")
    found = _SEVERAL.search(line)
    sentence, behind = (line[: found.start() + 1], line[found.end() :]) if found else (line, "")
    if len(sentence) > _LONGEST or not _SENTENCE.fullmatch(sentence):
        return None, description or None
    return sentence.removesuffix("."), "\n".join(filter(None, (behind, below))) or None
