"""How a person acts in the workspace: writes, presses, fills in, types commands.

Used by tests, scripts and the page. A person can do only what Slack's client lets them do;
`clicks_raw` and `submits_raw` are the exception, for stale and forged interactions.
"""

from slack_local.people.commands import Commands
from slack_local.people.forms import Forms
from slack_local.people.results import ClickResult, CommandResult, SubmissionResult
from slack_local.people.writing import Writing

__all__ = ["ClickResult", "CommandResult", "Person", "SubmissionResult"]


class Person(Writing, Forms, Commands):
    """One member (or guest, or stranger) at their screen."""
