"""A request's title in words: what happens if it is approved, in place of the name of a tool."""

import re
from dataclasses import replace

from countersign.interrupts.dialects.requests.request_builder import run_title, title_text
from countersign.interrupts.dialects.static_breakpoint import NAME as BREAKPOINT
from countersign.interrupts.display.labels import human_label
from countersign.interrupts.review_request import ReviewRequest

_RUN = re.compile(r"Run ([\w.:-]{1,100})\?")
_STEP = re.compile(r"Run the step ([\w.:-]{1,100})\?")
_LONGEST = 100  # characters of a title that is the description's first line
_SENTENCE = re.compile(r"[A-Z][\w ,.'’“”()/#-]*[\w)”]\.?")  # plain words: no markup, no question, no colon
_SEVERAL = re.compile(r"[.!?] ")


def with_effect(request: ReviewRequest) -> ReviewRequest:
    """The request with its effect as the title.

    That is the first sentence of what the tool says it does, else its name as a sentence. A title that a
    payload or a rule gave stays.
    """
    action = request.rows[0].action if len(request.rows) == 1 else None
    if action is not None and request.title == title_text(run_title(action)):
        first, rest = _first_sentence(request.description or "")
        if first is not None and request.dialect != BREAKPOINT:  # that one says why the run stopped
            return replace(request, title=first, description=rest)
        return replace(request, title=title_text(action_label(action)))
    if request.dialect == BREAKPOINT and (step := _STEP.fullmatch(request.title)):
        return replace(request, title=title_text(f"Go on with the step “{human_label(step[1])}”"))
    named = _RUN.fullmatch(request.title)
    if named is None or request.rows[0].args.get("action") != named[1]:  # a question that begins so
        return request
    return replace(request, title=title_text(human_label(named[1])))


def action_label(action: str) -> str:
    """The name of a tool as a sentence: "Post message". Only equal names are shown alike."""
    return human_label(action) if action.strip() else "Run this tool"


def _first_sentence(description: str) -> tuple[str | None, str | None]:
    """The first sentence, if it can stand as a title, and what follows it."""
    line, _, below = description.partition("\n")
    found = _SEVERAL.search(line)
    sentence, behind = (line[: found.start() + 1], line[found.end() :]) if found else (line, "")
    if len(sentence) > _LONGEST or not _SENTENCE.fullmatch(sentence):
        return None, description or None
    return sentence.removesuffix("."), "\n".join(filter(None, (behind, below))) or None
