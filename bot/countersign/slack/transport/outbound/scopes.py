"""The OAuth scopes that the bot token needs, checked at start rather than at the first post."""

from countersign.slack.app_manifest.permissions import REQUIRED_SCOPES
from countersign.slack.transport.outbound.web_api import Workspace


def missing_scopes(workspace: Workspace) -> tuple[str, ...]:
    """The required scopes that the token lacks; none if Slack does not say which it has."""
    if workspace.scopes is None:
        return ()
    return tuple(sorted(REQUIRED_SCOPES.keys() - workspace.scopes))


def scope_warning(workspace: Workspace) -> str | None:
    """One line for the log, or None if nothing is missing."""
    missing = missing_scopes(workspace)
    if not missing:
        return None
    listed = ", ".join(f"{scope} (to {REQUIRED_SCOPES[scope]})" for scope in missing)
    return f"SLACK_BOT_TOKEN lacks scopes: {listed}. Add them to the app and install it again."
