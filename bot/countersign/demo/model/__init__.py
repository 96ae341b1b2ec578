"""A scripted stand-in for a chat model, behind the wire format of OpenAI's chat completions."""

from countersign.demo.model.faults import Fault
from countersign.demo.model.server import ScriptedModel

__all__ = ["Fault", "ScriptedModel"]
