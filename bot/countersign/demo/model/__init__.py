"""A scripted stand-in for a chat model, behind the wire format of OpenAI's chat completions."""

from countersign.demo.model.server import ScriptedModel
from countersign.demo.model.trouble import Trouble

__all__ = ["ScriptedModel", "Trouble"]
