"""The OAuth scopes that the bot token needs, checked at start rather than at the first post."""

from countersign.slack.transport.outbound.web_api import Workspace

NEEDED = {
    "app_mentions:read": "receive mentions",
    "channels:history": "read threads in public channels",
    "chat:write": "post messages and cards",
    "commands": "offer /agent and /approvals",
    "files:write": "post images of graphs",
    "groups:history": "read threads in private channels",
    "im:history": "read direct messages",
    "users:read": "see who may decide",
    "channels:read": "list approvals in public channels",
    "groups:read": "list approvals in private channels",
    "im:write": "find a person's direct messages",
    "usergroups:read": "see who is in a user group that a policy names",
}


def missing_scopes(workspace: Workspace) -> tuple[str, ...]:
    """The needed scopes that the token lacks; none if Slack does not say which it has."""
    if workspace.scopes is None:
        return ()
    return tuple(sorted(NEEDED.keys() - workspace.scopes))


def scope_warning(workspace: Workspace) -> str | None:
    """One line for the log, or None if nothing is missing."""
    missing = missing_scopes(workspace)
    if not missing:
        return None
    listed = ", ".join(f"{scope} (to {NEEDED[scope]})" for scope in missing)
    return f"SLACK_BOT_TOKEN lacks scopes: {listed}. Add them to the app and install it again."
