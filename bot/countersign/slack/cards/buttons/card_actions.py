"""The buttons of a card: action ids, labels, emoji and past tense of the decisions."""

import re

from countersign.approvals.decision import DecisionKind
from countersign.i18n import N_, _

PREFIX = "approval:"
ANSWER = "answer"  # a plain question's respond has this name
VIEW = "approval:view"  # the button "Details", where the card leaves something out
DETAILS = "approval:details"  # the same where it leaves out nothing but ids and the raw payload
WITHDRAW = "approval:withdraw"  # one's own vote
UNDO = "approval:undo"  # a decision that the graph has not got yet
CANCEL = "approval:cancel"  # the whole card, by the requester
CANCEL_LABEL = N_("Cancel request")
CANCEL_RUN = "approval:cancel_run"  # where the graph takes no rejection; opens a form with a reason
CANCEL_RUN_LABEL = N_("Cancel run")
CLAIM = "approval:claim"  # pressed again by the same person: releases it
CLAIM_LABEL = N_("I'm looking")
GRANT = "approval:grant"  # approve, and do not ask again within the limits of the rule's grant
REVOKE_GRANT = "grant:revoke"  # on the answer to `/approvals grants`
DELEGATE = "approval:delegate"  # opens a form: who is asked to decide, and a note
DELEGATE_LABEL = N_("Ask someone")
PAGE = "approval:page"
APPROVE_REST = "approval:approve_rest"
REJECT_REST = "approval:reject_rest"
OPTIONS = "approval:options"  # the menu of more options than there are buttons for
OTHER = "approval:other"  # an answer that the card does not offer
OTHER_LABEL = N_("Answer another way")
UPDATE = "approval:update"  # an answer, and a change of the graph's state with it
UPDATE_LABEL = N_("Answer and change the state")
DECISION_PATTERN = re.compile(r"approval:(?:approve|edit|reject|respond|answer)")
FORM_PATTERN = re.compile(rf"{DECISION_PATTERN.pattern}|{OTHER}|{UPDATE}")
OPTION_PATTERN = re.compile(r"approval:option:(\d{1,5})")

_OUTCOMES = {
    DecisionKind.APPROVE: N_("Approved"),
    DecisionKind.EDIT: N_("Edited and approved"),
    DecisionKind.REJECT: N_("Rejected"),
    DecisionKind.RESPOND: N_("Answered"),
}
_LABELS = {
    DecisionKind.APPROVE: N_("Approve"),
    DecisionKind.EDIT: N_("Edit"),
    DecisionKind.RESPOND: N_("Respond"),
    DecisionKind.REJECT: N_("Reject"),
}
_EMOJI = {
    DecisionKind.APPROVE: ":white_check_mark:",
    DecisionKind.EDIT: ":pencil2:",
    DecisionKind.RESPOND: ":speech_balloon:",
    DecisionKind.REJECT: ":no_entry:",
}


def action_id(kind: DecisionKind, *, plain_question: bool) -> str:
    """The action id of the button, and the callback id of the modal behind it."""
    return PREFIX + (ANSWER if plain_question and kind is DecisionKind.RESPOND else kind.value)


def option_action_id(position: str) -> str:
    return f"{PREFIX}option:{position}"


def decision_kind(action_id: str) -> DecisionKind | None:
    """The decision that an action id or callback id stands for; None for any other id.

    Behind UPDATE people choose the decision in the form, which opens like that of an answer.
    """
    if action_id in {OTHER, UPDATE}:
        return DecisionKind.RESPOND
    name = action_id.removeprefix(PREFIX)
    if name == ANSWER:
        return DecisionKind.RESPOND
    return next((kind for kind in DecisionKind if kind.value == name), None)


def button_label(kind: DecisionKind, *, is_answer: bool) -> str:
    """`is_answer`: the request asks for an answer, not for words in place of a tool's result."""
    return _("Answer") if is_answer and kind is DecisionKind.RESPOND else _(_LABELS[kind])


def outcome(kind: DecisionKind) -> str:
    """The decision in the past tense: `Approved`."""
    return _(_OUTCOMES[kind])


def emoji(kind: DecisionKind) -> str:
    return _EMOJI[kind]
