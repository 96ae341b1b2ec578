"""The dialects: how graphs ask, and the answer each of them wants. Pure functions, no I/O.

`parse` reads an interrupt into a `ReviewRequest`: what to show, and per row which decisions are allowed and
what their forms are. `ReviewRow.decide` turns a button or a sent form into a `Decision`, and `resume_value`
turns decisions into what the graph expects, or raises `Refused`.
"""

from countersign.interrupts.absent import ABSENT, Absent, MaybeJson
from countersign.interrupts.answering import check, parse, resume_value
from countersign.interrupts.changes import Change, changes
from countersign.interrupts.digest import digest
from countersign.interrupts.field import INPUT_LIMIT, Field, FieldKind, Option, Raw
from countersign.interrupts.form import Form
from countersign.interrupts.layout import Section, pages, sections
from countersign.interrupts.making import form_from_arguments, form_from_schema
from countersign.interrupts.plain import as_json
from countersign.interrupts.pointer import MESSAGE, WHOLE
from countersign.interrupts.refusal import FormErrors, Refused
from countersign.interrupts.request import Part, ReviewRequest, ReviewRow
from countersign.interrupts.visible import has_hidden, one_line, visible

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
