"""The chat model of the graphs in this folder, from the same three settings as everything else."""

import os

from langchain_openai import ChatOpenAI
from pydantic import SecretStr

DEFAULT_MODEL = "gpt-5-mini"
SECONDS_WITHOUT_A_WORD = 60.0


class ModelNotConfiguredError(RuntimeError):
    """A graph needs a model and the environment names no key for one."""

    def __init__(self) -> None:
        super().__init__(
            "OPENAI_API_KEY is not set: put the key of OpenAI, or of the compatible server that"
            " OPENAI_BASE_URL names (any text if that server asks for none), into the environment."
        )


def chat_model() -> ChatOpenAI:
    """Return the model that MODEL, OPENAI_BASE_URL and OPENAI_API_KEY name.

    Graphs call it when they are built, never at import, so that a missing key is the error of the graph
    that needs it. Compatible servers speak chat completions, not OpenAI's Responses API.
    """
    key = os.environ.get("OPENAI_API_KEY")
    if not key:
        raise ModelNotConfiguredError
    return ChatOpenAI(
        model=os.environ.get("MODEL") or DEFAULT_MODEL,
        api_key=SecretStr(key),
        base_url=os.environ.get("OPENAI_BASE_URL") or None,
        use_responses_api=False,
        stream_usage=True,
        timeout=SECONDS_WITHOUT_A_WORD,
    )
