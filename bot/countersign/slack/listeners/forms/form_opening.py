"""Opens the form of a decision: its frame, and the view on the trigger of a click."""

from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import CountersignError
from countersign.flow.errors import SlackRefused
from countersign.flow.review import Review
from countersign.i18n import N_, _
from countersign.interrupts import ReviewRow, action_label
from countersign.slack.block_kit.builders import Block
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.values.references import ModalReference
from countersign.slack.forms.modal import Modal
from countersign.slack.listeners.buttons.button_click import ButtonClick
from countersign.slack.listeners.context import ListenerContext, describe_error

_TITLES = {
    DecisionKind.EDIT: (N_("Edit"), N_("Approve with edits")),
    DecisionKind.REJECT: (N_("Reject"), N_("Reject")),
    DecisionKind.RESPOND: (N_("Answer"), N_("Send answer")),
    DecisionKind.APPROVE: (N_("Approve"), N_("Approve")),
}
_EXPIRED_TRIGGERS = {"expired_trigger_id", "trigger_expired", "trigger_exchanged"}
_TRIGGER_EXPIRED = N_("Slack took too long to open the form. Click the button again.")
_FORM_REFUSED = N_("Slack couldn't open the form ({error}). Nothing was changed. Tell your admin.")


async def open_view(context: ListenerContext, click: ButtonClick, view: Block) -> None:
    try:
        await context.api.call("views.open", trigger_id=click.trigger_id, view=view)
    except SlackRefused as refused:
        expired = refused.error in _EXPIRED_TRIGGERS
        text = _(_TRIGGER_EXPIRED) if expired else _(_FORM_REFUSED).format(error=refused.error)
        await context.client.post_ephemeral(click.thread, click.user, text)
    except CountersignError as error:
        await context.client.post_ephemeral(click.thread, click.user, describe_error(error))


def form_modal(review: Review, action_id: str, reference: ModalReference, encoded_state: str = "") -> Modal:
    """The frame of a decision's form; `encoded_state` is what was typed on its other pages."""
    request = review.shown
    row = request.rows[reference.card.row]
    kind = card_actions.decision_kind(action_id)
    assert kind is not None, "the listeners' patterns match decisions only"
    title, submit = _form_words(action_id, kind, row)
    return Modal(
        callback_id=action_id,
        title=title,
        submit=submit,
        private_metadata=f"{reference.pack()} {encoded_state}".strip(),
        heading=request.title if len(request.rows) == 1 else action_label(row.action or request.title),
        explanation=request.description or "",
    )


def _form_words(action_id: str, kind: DecisionKind, row: ReviewRow) -> tuple[str, str]:
    """The form's title and the label of the button that sends it."""
    if action_id == card_actions.OTHER:
        return _(card_actions.OTHER_LABEL), _("Send answer")
    if kind is DecisionKind.RESPOND and DecisionKind.APPROVE in row.allowed:
        return _("Respond"), _("Send response")
    title, submit = _TITLES[kind]
    return _(title), _(submit)
