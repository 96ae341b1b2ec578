"""Bolt listeners, one module per kind. Each parses a payload, calls a use case and reports the result."""

from slack_bolt.async_app import AsyncApp

from countersign.slack.listeners import (
    break_glass_review,
    card_buttons,
    card_forms,
    details_buttons,
    fallback,
    grant_buttons,
    membership_events,
    message_events,
    referral_form,
    run_buttons,
    slash_commands,
    start_forms,
)
from countersign.slack.listeners.context import ListenerContext


def register(app: AsyncApp, context: ListenerContext) -> None:
    membership_events.register(app, context)
    message_events.register(app, context)  # after it: what it does not handle, it acknowledges
    card_buttons.register(app, context)
    details_buttons.register(app, context)
    card_forms.register(app, context)
    referral_form.register(app, context)
    grant_buttons.register(app, context)
    run_buttons.register(app, context)
    start_forms.register(app, context)
    slash_commands.register(app, context)
    break_glass_review.register(app, context)
    fallback.register(app, context)
