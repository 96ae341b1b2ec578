"""An agent whose model has two seconds for an answer, so that a test can wait until its client gives up."""

import os
from typing import Any

from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from langgraph.graph.state import CompiledStateGraph
from pydantic import SecretStr

SECONDS = 2.0


def graph() -> CompiledStateGraph[Any, Any, Any, Any]:
    model = ChatOpenAI(
        model="scripted",
        api_key=SecretStr(os.environ["OPENAI_API_KEY"]),
        base_url=os.environ["OPENAI_BASE_URL"],
        use_responses_api=False,
        timeout=SECONDS,
    )
    return create_agent(model, [])
