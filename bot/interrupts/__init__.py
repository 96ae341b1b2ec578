"""The dialects: how graphs ask, and the answer each of them wants. Pure functions, no I/O.

`parse` reads an interrupt into a `ReviewRequest`: what to show, and per row which decisions are allowed and
what their forms are. `ReviewRow.decide` turns a button or a sent form into a `Decision`, and `resume_value`
turns decisions into what the graph expects, or raises `Refused`.
"""

from bot.interrupts.absent import ABSENT, Absent, MaybeJson
from bot.interrupts.answering import check, parse, resume_value
from bot.interrupts.changes import Change, changes
from bot.interrupts.digest import digest
from bot.interrupts.field import INPUT_LIMIT, Field, FieldKind, Option, Raw
from bot.interrupts.form import Form
from bot.interrupts.layout import Section, pages, sections
from bot.interrupts.making import form_from_arguments, form_from_schema
from bot.interrupts.plain import as_json
from bot.interrupts.pointer import MESSAGE, WHOLE
from bot.interrupts.refusal import FormErrors, Refused
from bot.interrupts.request import Part, ReviewRequest, ReviewRow
from bot.interrupts.visible import has_hidden, one_line, visible

__all__ = [
    "ABSENT",
    "INPUT_LIMIT",
    "MESSAGE",
    "WHOLE",
    "Absent",
    "Change",
    "Field",
    "FieldKind",
    "Form",
    "FormErrors",
    "MaybeJson",
    "Option",
    "Part",
    "Raw",
    "Refused",
    "ReviewRequest",
    "ReviewRow",
    "Section",
    "as_json",
    "changes",
    "check",
    "digest",
    "form_from_arguments",
    "form_from_schema",
    "has_hidden",
    "one_line",
    "pages",
    "parse",
    "resume_value",
    "sections",
    "visible",
]
