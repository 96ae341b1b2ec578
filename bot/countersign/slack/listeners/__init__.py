"""Bolt listeners, one module per kind. Each parses a payload, calls a use case and reports the result."""

from slack_bolt.async_app import AsyncApp

from countersign.slack.listeners import fallback
from countersign.slack.listeners.buttons import (
    answer_feedback,
    card_buttons,
    details_buttons,
    grant_buttons,
    reply_buttons,
    reset_buttons,
    run_buttons,
)
from countersign.slack.listeners.commands import break_glass_review, slash_commands
from countersign.slack.listeners.context import ListenerContext
from countersign.slack.listeners.events import (
    control_messages,
    membership_events,
    message_events,
    removal_events,
)
from countersign.slack.listeners.forms import cancel_run_form, card_forms, referral_form, start_forms
from countersign.slack.listeners.home import home_events, personal_settings
from countersign.slack.listeners.shortcuts import start_shortcuts


def register(app: AsyncApp, context: ListenerContext) -> None:
    """Most frequent first: Bolt asks the listeners one after the other whether they match."""
    message_events.register(app, context)
    card_buttons.register(app, context)
    membership_events.register(app, context)
    removal_events.register(app, context)
    home_events.register(app, context)
    control_messages.register(app, context)
    personal_settings.register(app, context)
    details_buttons.register(app, context)
    card_forms.register(app, context)
    cancel_run_form.register(app, context)
    referral_form.register(app, context)
    grant_buttons.register(app, context)
    run_buttons.register(app, context)
    answer_feedback.register(app, context)
    reply_buttons.register(app, context)
    reset_buttons.register(app, context)
    start_forms.register(app, context)
    start_shortcuts.register(app, context)
    slash_commands.register(app, context)
    break_glass_review.register(app, context)
    fallback.register(app, context)
