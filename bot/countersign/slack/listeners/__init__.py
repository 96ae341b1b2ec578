"""What the bot listens to, one module per kind. Each listener parses, asks the flow, and answers in words."""

from slack_bolt.async_app import AsyncApp

from countersign.slack.desk import Desk
from countersign.slack.listeners import approvals, commands, events, leftovers, runs, starts, submissions


def register(app: AsyncApp, desk: Desk) -> None:
    events.register(app, desk)
    approvals.register(app, desk)
    submissions.register(app, desk)
    runs.register(app, desk)
    starts.register(app, desk)
    commands.register(app, desk)
    leftovers.register(app, desk)
