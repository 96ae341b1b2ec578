"""What both modes of LangChain's middleware share: an action, its four decisions, and how each is written."""

from collections.abc import Iterable, Mapping

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.answers.template import AnswerTemplate, fixed
from countersign.interrupts.dialects.requests.answer_forms import message_form, reason_form
from countersign.interrupts.dialects.requests.dialect import APPROVE, EDIT, REJECT, RESPOND
from countersign.interrupts.dialects.requests.request_builder import parts
from countersign.interrupts.forms.form import Form
from countersign.interrupts.forms.form_builder import form_from_arguments
from countersign.interrupts.json_values.unset import UNSET, JsonOrUnset
from countersign.interrupts.review_request import Part

ALL_DECISIONS = frozenset(DecisionKind)
# For a request that does not say what it allows: no decision that passes for the tool's own result.
DEFAULT_DECISIONS = frozenset({APPROVE, EDIT, REJECT})
_FLAGS = {
    "allow_accept": APPROVE,
    "allow_approve": APPROVE,
    "allow_edit": EDIT,
    "allow_ignore": REJECT,
    "allow_reject": REJECT,
    "allow_respond": RESPOND,
}
BOILERPLATE = "Tool execution requires approval"  # the middleware's text where the author wrote none


def arguments_key(action: Mapping[str, Json]) -> str | None:
    """`args`, or `arguments` as earlier versions had it; None if the action has no object under either."""
    return next((key for key in ("args", "arguments") if isinstance(action.get(key), dict)), None)


def stated_decisions(source: Json) -> frozenset[DecisionKind] | None:
    """The decisions that an action or its config states, in either way; None if it states none."""
    if not isinstance(source, dict):
        return None
    named = source.get("allowed_decisions")
    if isinstance(named, list):
        return frozenset(kind for kind in DecisionKind if kind.value in named)
    config = source.get("config", source)
    if isinstance(config, dict) and config.keys() & _FLAGS.keys():
        return frozenset(kind for flag, kind in _FLAGS.items() if config.get(flag) is True)
    return None


def other_config_parts(source: Json) -> tuple[Part, ...]:
    """What a config says apart from which decisions there are: people must see that too."""
    if not isinstance(source, dict):
        return ()
    inner = source.get("config")
    more = other_config_parts(inner) if isinstance(inner, dict) else ()
    known = {"action_name", "allowed_decisions", "args_schema", *_FLAGS}
    return (*parts(source, without=known | ({"config"} if isinstance(inner, dict) else set())), *more)


def decision_forms(
    allowed: Iterable[DecisionKind], args: Json, schema: JsonOrUnset = UNSET
) -> dict[DecisionKind, Form]:
    """A form for each allowed decision that takes one. `schema` is the tool's own argument schema."""
    forms = {
        EDIT: form_from_arguments(args, schema),
        REJECT: reason_form(hint=_("The agent gets this reason.")),
        RESPOND: message_form(_("Response"), _("The agent gets this in place of the tool's result.")),
    }
    return {kind: form for kind, form in forms.items() if kind in allowed}


def decision_answers(
    allowed: Iterable[DecisionKind], action: Mapping[str, Json]
) -> dict[DecisionKind, AnswerTemplate]:
    """Each allowed decision as LangChain reads it.

    The tool's name is always the one that was asked about: an edit that names another tool would run it past
    its own gate (langchain#40166).
    """
    key = arguments_key(action) or "args"
    edited: Json = {"type": "edit", "edited_action": {"name": action["name"], key: {}}}
    answers = {
        APPROVE: fixed({"type": "approve"}),
        EDIT: AnswerTemplate(value=edited, slot=("edited_action", key)),
        REJECT: AnswerTemplate(value={"type": "reject"}, slot=("message",), when_empty=UNSET),
        RESPOND: AnswerTemplate(value={"type": "respond", "message": ""}, slot=("message",), when_empty=""),
    }
    return {kind: answer for kind, answer in answers.items() if kind in allowed}


def without_boilerplate(description: Json, name: str, args: Json) -> Json:
    """The description without the middleware's own copy of name and arguments, which the card shows.

    None where that was all it said.
    """
    echo = f"\n\nTool: {name}\nArgs: {args}"
    if not isinstance(description, str):
        return description
    words = description.removesuffix(echo)
    return None if words in {"", BOILERPLATE} and words != description else words
