"""The dialects: how graphs ask, and the answer each of them wants. Pure functions, no I/O.

`parse` reads an interrupt into a `ReviewRequest`: what to show, and per row which decisions are allowed and
what their forms are. `ReviewRow.decide` turns a button or a sent form into a `Decision`, and `resume_value`
turns decisions into what the graph expects, or raises `InvalidDecision`.
"""

from countersign.interrupts.action_title import action_label, with_action_title
from countersign.interrupts.answers.preview import AnswerPreview, answer_previews
from countersign.interrupts.dialects.options import MAX_OPTION_BUTTONS
from countersign.interrupts.dialects.static_breakpoint import KEY as BREAKPOINT_KEY
from countersign.interrupts.digest import digest
from countersign.interrupts.display.json_diff import Change, json_diff
from countersign.interrupts.display.labels import human_label, place_label
from countersign.interrupts.display.layout import Section, pages, sections, split_text
from countersign.interrupts.display.spoofing import spoofs_decision
from countersign.interrupts.display.visible_text import (
    display_name,
    escape_hidden,
    escape_invisible,
    has_invisible,
    is_displayed_unchanged,
    single_line,
)
from countersign.interrupts.display.visible_text.confusables import ascii_lookalike, look_alike
from countersign.interrupts.errors import FormValidationError, InvalidDecision
from countersign.interrupts.forms.field import INPUT_LIMIT, Field, FieldKind, Option, RawInput
from countersign.interrupts.forms.form import Form
from countersign.interrupts.forms.form_builder import form_from_arguments, form_from_schema
from countersign.interrupts.json_values.conversion import to_json
from countersign.interrupts.json_values.equality import json_equal
from countersign.interrupts.json_values.pointer import MESSAGE, ROOT
from countersign.interrupts.json_values.unset import UNSET, JsonOrUnset, Unset
from countersign.interrupts.parsing import parse
from countersign.interrupts.payload_format import PayloadFormat, payload_format
from countersign.interrupts.resume import check_decision, resume_value
from countersign.interrupts.review_request import (
    AnswerSource,
    Part,
    PartRole,
    ReviewRequest,
    ReviewRow,
    Risk,
    run_cancellation,
)
from countersign.interrupts.shape_answers.compatibility import takes
from countersign.interrupts.size_limit import TOO_LARGE_KEY, within_limit
from countersign.interrupts.state_changes import answer_and_change, with_state_changes
from countersign.interrupts.validation.schema import compile_schema

__all__ = [
    "BREAKPOINT_KEY",
    "INPUT_LIMIT",
    "MAX_OPTION_BUTTONS",
    "MESSAGE",
    "ROOT",
    "TOO_LARGE_KEY",
    "UNSET",
    "AnswerPreview",
    "AnswerSource",
    "Change",
    "Field",
    "FieldKind",
    "Form",
    "FormValidationError",
    "InvalidDecision",
    "JsonOrUnset",
    "Option",
    "Part",
    "PartRole",
    "PayloadFormat",
    "RawInput",
    "ReviewRequest",
    "ReviewRow",
    "Risk",
    "Section",
    "Unset",
    "action_label",
    "answer_and_change",
    "answer_previews",
    "ascii_lookalike",
    "check_decision",
    "compile_schema",
    "digest",
    "display_name",
    "escape_hidden",
    "escape_invisible",
    "form_from_arguments",
    "form_from_schema",
    "has_invisible",
    "human_label",
    "is_displayed_unchanged",
    "json_diff",
    "json_equal",
    "look_alike",
    "pages",
    "parse",
    "payload_format",
    "place_label",
    "resume_value",
    "run_cancellation",
    "sections",
    "single_line",
    "split_text",
    "spoofs_decision",
    "takes",
    "to_json",
    "with_action_title",
    "with_state_changes",
    "within_limit",
]
