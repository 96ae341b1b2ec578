"""*Ask someone*: a form with a person and a note, behind a button of the card."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.flow.decisions.refer import NOTE_LIMIT, PERSON
from countersign.i18n import _
from countersign.interrupts import FormValidationError
from countersign.slack.block_kit.builders import Block, plain
from countersign.slack.block_kit.escaping import truncate_escaped
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.values.references import CardReference, ModalReference
from countersign.slack.forms.input_elements import ACTION_ID
from countersign.slack.listeners.acknowledgement import acknowledge_submission
from countersign.slack.listeners.buttons.button_click import ButtonClick
from countersign.slack.listeners.buttons.button_listener import button_listener
from countersign.slack.listeners.context import Ack, ListenerContext
from countersign.slack.listeners.forms.form_opening import open_view

NOTE = "/note"


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_form(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        await acknowledge_submission(ack, view, _submit(context, body, view), _("Nothing was changed"))

    app.action(card_actions.DELEGATE)(button_listener(context, _open))
    app.view(card_actions.DELEGATE)(on_form)


async def _open(context: ListenerContext, click: ButtonClick) -> None:
    ref = CardReference.unpack(click.value)
    person = await context.person(click.user, click.channel)
    review = await context.load_for_reading(ref.approval_id, click.channel)
    await context.refer_approval.check(review.approval, person)
    await context.check_card_message(review.approval, click.message_ts, shown=click.on_message)
    reference = ModalReference(card=ref, channel=click.channel, message_ts=click.message_ts)
    view = _view(review.shown.title, reference)
    context.background_tasks.start("open_referral_form", open_view(context, click, view))


async def _submit(context: ListenerContext, body: dict[str, Any], view: dict[str, Any]) -> None:
    ref = ModalReference.unpack(view.get("private_metadata"))
    chosen = _value(view, PERSON, "selected_user")
    if not chosen:
        raise FormValidationError({PERSON: _("Choose somebody.")})
    by = await context.person(str(body["user"]["id"]), ref.channel)
    to = await context.person(chosen, ref.channel)
    note = _value(view, NOTE, "value")
    saved, message = await context.refer_approval(ref.card.approval_id, ref.channel, by, to, note)
    context.background_tasks.start("update_card", context.delivery.update_card(saved.approval.id, saved))
    context.background_tasks.start("tell_referral", context.delivery.deliver_one(message.key))


def _value(view: dict[str, Any], block_id: str, key: str) -> str:
    values = (view.get("state") or {}).get("values") or {}
    return str(((values.get(block_id) or {}).get(ACTION_ID) or {}).get(key) or "")


def _view(title: str, reference: ModalReference) -> Block:
    return {
        "type": "modal",
        "callback_id": card_actions.DELEGATE,
        "title": plain(_("Ask someone")),
        "submit": plain(_("Ask")),
        "close": plain(_("Cancel")),
        "private_metadata": reference.pack(),
        "blocks": [
            {"type": "section", "text": plain(truncate_escaped(title, 3000))},
            {
                "type": "input",
                "block_id": PERSON,
                "label": plain(_("Who should decide?")),
                "hint": plain(_("Choose somebody who can decide this. You still can, too.")),
                "element": {
                    "type": "users_select",
                    "action_id": ACTION_ID,
                    "placeholder": plain(_("Choose somebody")),
                },
            },
            {
                "type": "input",
                "block_id": NOTE,
                "label": plain(_("Note")),
                "optional": True,
                "element": {
                    "type": "plain_text_input",
                    "action_id": ACTION_ID,
                    "multiline": True,
                    "max_length": NOTE_LIMIT,
                },
            },
        ],
    }
