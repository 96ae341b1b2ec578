"""A scripted stand-in for a chat model, behind the wire format of OpenAI's chat completions."""

from bot.local.model.server import ScriptedModel
from bot.local.model.trouble import Trouble

__all__ = ["ScriptedModel", "Trouble"]
