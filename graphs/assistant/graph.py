"""An agent for a team's small Slack chores: what it reads it reads at once, what it changes it asks for."""

from datetime import UTC, datetime
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import InterruptOnConfig, ModelRequest, dynamic_prompt
from langgraph.graph.state import CompiledStateGraph

from graphs.assistant.actions import ACTIONS
from graphs.assistant.gates import gated
from graphs.assistant.lookups import LOOKUPS
from graphs.human_assistance import human_assistance
from graphs.model import chat_model

PROMPT = """You do small chores in Slack for the people of one workspace, in the thread where they ask.

Messages, reminders and invitations wait for a person's approval before they happen; you need not ask for it
in words, just call the tool. If several things are asked at once, call all their tools in one turn.
If a call is rejected, do not repeat it; take up the reason, if there is one.
If something is missing that only the people here can know, call human_assistance.
Answer briefly, in plain text.

It is {now} (UTC). Times without an offset are taken in the time zone of whoever asked."""

GATES = {
    "post_message": InterruptOnConfig(
        allowed_decisions=["approve", "edit", "reject"],
        description="Post this message in the bot's name. Everyone in the channel will see it.",
    ),
    "schedule_reminder": InterruptOnConfig(
        allowed_decisions=["approve", "edit", "reject"],
        description="Schedule this reminder. The bot posts it to the channel at that time.",
    ),
    "invite_to_channel": InterruptOnConfig(
        allowed_decisions=["approve", "edit", "reject"],
        description="Invite these people to the channel. They can then read all of it.",
    ),
}


@dynamic_prompt
def prompt_with_the_time(_request: ModelRequest) -> str:
    """Write the prompt for one call of the model; a prompt made at start-up would name an old hour."""
    return PROMPT.format(now=datetime.now(UTC).strftime("%A %Y-%m-%dT%H:%M"))


def graph() -> CompiledStateGraph[Any, Any, Any, Any]:
    """Does small chores in Slack: posts, reminders and invitations, each after your approval.

    Raises `ModelNotConfiguredError` without a key, `UnknownGateError` for a misspelt gate.
    """
    tools = [*ACTIONS, *LOOKUPS, human_assistance]
    return create_agent(chat_model(), tools, middleware=[gated(tools, GATES), prompt_with_the_time])
