"""The table of every method that the local workspace answers; any other is `unknown_method`."""

from collections.abc import Mapping

from slack_local.web_api.call import Method
from slack_local.web_api.methods import (
    agents,
    blocks,
    conversations,
    files,
    reactions,
    usergroups,
    users,
    views,
)
from slack_local.web_api.methods.chat import posting, scheduled, streams

METHODS: Mapping[str, Method] = {
    **agents.METHODS,
    **blocks.METHODS,
    **posting.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **usergroups.METHODS,
    **users.METHODS,
    **reactions.METHODS,
    **scheduled.METHODS,
    **streams.METHODS,
    **views.METHODS,
}
