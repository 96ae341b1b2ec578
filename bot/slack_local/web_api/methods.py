"""The table of every method that the local workspace answers; any other is `unknown_method`."""

from collections.abc import Mapping

from slack_local.web_api import (
    agents,
    chat,
    conversations,
    files,
    people,
    reactions,
    scheduled,
    streams,
    views,
)
from slack_local.web_api.call import Method

METHODS: Mapping[str, Method] = {
    **agents.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **people.METHODS,
    **reactions.METHODS,
    **scheduled.METHODS,
    **streams.METHODS,
    **views.METHODS,
}
