"""The form behind the shortcuts: where, which agent, and what it should do or its own fields."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from countersign.flow.graph_state import GraphInfo
from countersign.i18n import N_, _
from countersign.interrupts import Form, form_from_schema
from countersign.slack.block_kit.builders import Block, plain
from countersign.slack.block_kit.escaping import truncate_escaped
from countersign.slack.cards.values.references import InvalidReference
from countersign.slack.forms.input_elements import ACTION_ID
from countersign.slack.forms.modal import Modal, fit_form, form_view
from countersign.slack.forms.pagination import pages
from countersign.slack.forms.view_state import input_states

START = "shortcut:start"  # the callback of the form
CHANNEL, TEXT = "/channel", "/text"
GRAPH = "graph"  # the block and the action: no JSON Pointer, so that no field of a form has the same
TEXT_LIMIT = 3000  # characters that Slack takes in one input
_MAX_GRAPHS = 100  # options of a menu
_PLACE = re.compile(r"(?P<channel>[CDG][A-Z0-9]{1,30})/(?P<thread>[0-9]{1,12}\.[0-9]{1,9})")
_IN_THREAD = N_("It answers in the thread of this message.")
_FORM_IN_THREAD = N_("This agent starts with a long form. You fill it in later, in the thread.")


@dataclass(frozen=True, kw_only=True)
class ThreadReference:
    """The thread below which a message shortcut starts an agent."""

    channel: str
    thread_ts: str

    def pack(self) -> str:
        return f"{self.channel}/{self.thread_ts}"

    @classmethod
    def unpack(cls, packed: object) -> "ThreadReference | None":
        """None for the global shortcut, where the form asks. Raises InvalidReference."""
        if not packed:
            return None
        found = _PLACE.fullmatch(packed) if isinstance(packed, str) else None
        if found is None:
            raise InvalidReference
        return cls(channel=found["channel"], thread_ts=found["thread"])


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The current values of the form."""

    channel: str
    graph: str | None
    text: str


def chosen(view: Mapping[str, Any]) -> Chosen:
    values = (view.get("state") or {}).get("values") or {}
    option = ((values.get(GRAPH) or {}).get(GRAPH) or {}).get("selected_option") or {}
    states = input_states(view, ACTION_ID)
    return Chosen(
        channel=str((states.get(CHANNEL) or {}).get("selected_conversation") or ""),
        graph=str(option["value"]) if option.get("value") else None,
        text=str((states.get(TEXT) or {}).get("value") or ""),
    )


def start_form(info: GraphInfo, text: str = "") -> Form | None:
    """The fields that the agent starts with, if one view holds them; None where it starts with a text."""
    if not info.needs_form(new=True):
        return None
    given = {info.message_field: text} if info.message_field and text else {}
    form = fit_form(form_from_schema(info.form_in_words, given))
    return form if len(pages(form)) == 1 else None


def start_view(
    graphs: Mapping[str, GraphInfo], info: GraphInfo, place: ThreadReference | None, text: str
) -> Block:
    """The form for this agent; `text` is what its writer begins with."""
    blocks: list[Block] = [_channel()] if place is None else [_note(_(_IN_THREAD))]
    blocks.append(_graphs(graphs, info))
    form = start_form(info, text)
    if form is not None:
        modal = Modal(callback_id=START, title="", submit="", private_metadata="")
        blocks += form_view(form, modal)["blocks"]
    elif info.needs_form(new=True):
        blocks.append(_note(_(_FORM_IN_THREAD)))
    else:
        blocks.append(_text(text))
    return {
        "type": "modal",
        "callback_id": START,
        "title": plain(_("Start an agent") if place is None else _("Ask the agent")),
        "submit": plain(_("Start")),
        "close": plain(_("Cancel")),
        "private_metadata": place.pack() if place is not None else "",
        "blocks": blocks,
    }


def _channel() -> Block:
    return {
        "type": "input",
        "block_id": CHANNEL,
        "label": plain(_("Where?")),
        "element": {
            "type": "conversations_select",
            "action_id": ACTION_ID,
            "default_to_current_conversation": True,
            "filter": {"include": ["public", "private", "im", "mpim"]},
        },
    }


def _graphs(graphs: Mapping[str, GraphInfo], info: GraphInfo) -> Block:
    others = [each for each in graphs.values() if each.name != info.name]
    options = [_option(info), *map(_option, others[: _MAX_GRAPHS - 1])]
    return {
        "type": "input",
        "block_id": GRAPH,
        "dispatch_action": True,
        "label": plain(_("Which agent?")),
        "element": {
            "type": "static_select",
            "action_id": GRAPH,
            "options": options,
            "initial_option": options[0],
        },
    }


def _option(info: GraphInfo) -> Block:
    option: Block = {"text": plain(truncate_escaped(info.name, 75)), "value": info.name}
    if info.description:
        option["description"] = plain(truncate_escaped(info.description, 75))
    return option


def _text(text: str) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": ACTION_ID,
        "multiline": True,
        "max_length": TEXT_LIMIT,
    }
    if text:
        element["initial_value"] = text
    return {
        "type": "input",
        "block_id": TEXT,
        "label": plain(_("What should it do?")),
        "element": element,
    }


def _note(text: str) -> Block:
    return {"type": "section", "text": plain(text)}
