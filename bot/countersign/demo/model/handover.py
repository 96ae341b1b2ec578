"""Scripted replies for multi-agent graphs with hand-over tools (`hand_over_to_<agent>`)."""

import re

from countersign.demo.model.reply import Call, Reply
from countersign.demo.model.request import Conversation

PREFIX = "hand_over_to_"
ABOUT_MONEY = re.compile(r"\b(?:money|budget|costs?|price|pay|euros?|dollars?)\b|[€$]", re.IGNORECASE)
AGENT_NAME = re.compile(r"\bYou are the (\w+)")


def handover_reply(conversation: Conversation) -> Reply | None:
    """Answer as the agent that the prompt names, or hand over; None where no agent could take over."""
    others = sorted(name for name in conversation.tools if name.startswith(PREFIX))
    if not others:
        return None
    said = next((m.text for m in reversed(conversation.messages) if m.role == "user"), "")
    other = others[0].removeprefix(PREFIX)
    just_took_over = conversation.messages[-1].role == "tool"
    if not just_took_over and (other == "treasurer") == bool(ABOUT_MONEY.search(said)):
        return Reply(calls=(Call(name=others[0], arguments={}),))
    return Reply(text=f"The {_name(conversation)} here. I noted: {said} What else? Or say done.")


def _name(conversation: Conversation) -> str:
    prompts = (message.text for message in conversation.messages if message.role == "system")
    names = (match[1] for prompt in prompts if (match := AGENT_NAME.search(prompt)))
    return next(names, "agent")
