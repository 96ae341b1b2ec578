"""How a call of the Web API is refused."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError


async def refusal(call: Any) -> Any:
    """The answer with which a call is refused."""
    with pytest.raises(SlackApiError) as refused:
        await call
    assert refused.value.response["ok"] is False
    return refused.value.response


async def error(call: Any) -> str:
    return str((await refusal(call))["error"])
