"""The tokens and the scopes of the app, and the clock of Slack's servers."""

import email.utils
import time
from collections.abc import AsyncIterator

from countersign.commands.doctor.check import CheckContext
from countersign.commands.doctor.check_result import CheckResult, fail, ok, skip, warn
from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.slack.app_manifest.permissions import SCOPES, Scope

NO_SLACK = "There is no usable SLACK_BOT_TOKEN."

_KINDS = {  # by how they begin; the longest first
    "xoxe.xoxb-": "a bot token that rotates",
    "xoxe.xoxp-": "a configuration token",
    "xoxb-": "a bot token",
    "xapp-": "an app-level token",
    "xoxp-": "a user token",
    "xoxe-": "a refresh token",
    "xoxc-": "the token of a browser session",
    "xoxd-": "the cookie of a browser session",
    "xoxa-": "a legacy workspace token",
}
_FROM_OAUTH = "Copy the bot token (xoxb-…) from your Slack app's settings, “OAuth & Permissions”."
_FROM_BASIC = (
    "Generate an app-level token (xapp-…) with the scope connections:write in your Slack app's "
    "settings, “Basic "
    "Information”, or leave SLACK_APP_TOKEN out for HTTP."
)
_OF_WORKSPACES = "Workspaces install the app by OAuth: each has a token of its own, checked below."
_SWAPPED = "SLACK_BOT_TOKEN holds an app-level token and SLACK_APP_TOKEN a bot token, so they are swapped."
_ROTATES = "Switch token rotation off in your Slack app's settings, or ask for a token that does not rotate."
_REFUSED = {
    "invalid_auth": _FROM_OAUTH,
    "not_authed": _FROM_OAUTH,
    "not_allowed_token_type": _FROM_OAUTH,
    "token_expired": _ROTATES,
    "token_revoked": "Install the app to the workspace again (“Install App”), then copy the new bot token.",
    "account_inactive": (
        "The app was removed from the workspace, or its bot was deactivated. Install it again."
    ),
    "org_login_required": "The workspace is being moved to an Enterprise organisation. Try again later.",
    "team_access_not_granted": "Let an admin of the organisation grant the app access to the workspace.",
    "ip_not_allowed": (
        "Add this machine's address to the allowed IP addresses of the app, or clear that list."
    ),
    "access_denied": "An admin restricts the app. Ask them to approve it.",
}
_REACH = (
    "Check the network, and that SLACK_API_URL is {url}. Behind a proxy, allow slack.com and "
    "wss-primary.slack.com."
)
_REINSTALL = (
    "Add them in your Slack app's settings, “OAuth & Permissions” (`countersign manifest` prints "
    "all), then choose "
    "“Reinstall to Workspace”."
)
_SKEW_WARN, _SKEW_FAIL = 5.0, 60.0  # seconds; Slack's signatures are refused at 300
_SKEW_ADVICE = (
    "Let NTP set the clocks: deadlines of approvals come early or late, and Slack's requests are "
    "refused at 5 minutes."
)


async def check_tokens(examination: CheckContext) -> AsyncIterator[CheckResult]:
    bot, app = (
        examination.environment.get(name, "").strip() for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")
    )
    if bot.startswith("xapp-") and app.startswith("xoxb-"):
        yield fail(_SWAPPED, "Swap the two values.")
        return
    malformed = False
    for name, text, advice in (("SLACK_BOT_TOKEN", bot, _FROM_OAUTH), ("SLACK_APP_TOKEN", app, _FROM_BASIC)):
        required = name == "SLACK_BOT_TOKEN"
        if required and not text and examination.settings.oauth:
            yield skip(_OF_WORKSPACES)
            continue
        if problem := _malformed(name, text, required, advice):
            malformed = malformed or required
            yield problem
    if malformed or examination.api is None:
        return
    try:
        workspace = examination.workspace = await examination.api.workspace()
        answer = await examination.api.call("auth.test")
    except SlackRefused as refused:
        yield fail(
            f"Slack refused SLACK_BOT_TOKEN ({refused.error}).", _REFUSED.get(refused.error, _FROM_OAUTH)
        )
    except (SlackUnreachable, RateLimited) as error:
        yield fail(str(error), _REACH.format(url=examination.settings.slack_api_url))
    else:
        yield ok(f"The bot is @{answer.get('user')} in {answer.get('team')} ({workspace.team}).")


def _malformed(name: str, text: str, required: bool, advice: str) -> CheckResult | None:
    expected = "xoxb-" if required else "xapp-"
    if not text:
        return fail(f"{name} is missing.", advice) if required else None
    kind = next((kind for start, kind in _KINDS.items() if text.startswith(start)), None)
    if kind == "a bot token that rotates":
        return fail(f"{name} is a bot token that rotates.", _ROTATES)
    if not text.startswith(expected):
        return fail(f"{name} is {kind or 'no token of Slack'}; it has to begin with {expected}.", advice)
    if "..." in text or "…" in text:
        return fail(f"{name} is still the placeholder of .env.example.", advice)
    if not (text.isascii() and text.isprintable()) or " " in text:
        return fail(f"{name} has characters in it that no token has.", advice)
    return None


async def check_scopes(examination: CheckContext) -> AsyncIterator[CheckResult]:
    workspace = examination.workspace
    if workspace is None:
        yield skip(NO_SLACK)
        return
    if workspace.scopes is None:
        yield skip("Slack did not say which scopes the token has.")
        return
    missing = [scope for scope in SCOPES if scope.name not in workspace.scopes]
    if required := [scope for scope in missing if scope.required]:
        yield fail(f"The bot token lacks scopes: {_listed(required)}.", _REINSTALL)
    if optional := [scope for scope in missing if not scope.required and not scope.agent]:
        yield warn(f"The bot token lacks scopes of single features: {_listed(optional)}.", _REINSTALL)
    if not required and not optional:
        agent = ", without the agent surface" if missing else ""
        yield ok(f"All {len(SCOPES) - len(missing)} scopes are there{agent}.")


def _listed(scopes: list[Scope]) -> str:
    return ", ".join(f"{scope.name} (to {scope.reason})" for scope in scopes)


async def check_clock(examination: CheckContext) -> AsyncIterator[CheckResult]:
    """The machine's clock against Slack's, of which a Date header tells the second, and the database's."""
    compared, skewed = [], False
    if examination.workspace is not None and examination.api is not None:
        before = time.time()
        _, headers = await examination.api.call_with_headers("auth.test")
        ours = (before + time.time()) / 2
        date = headers.get("Date") or headers.get("date")
        if date:
            slack = email.utils.parsedate_to_datetime(date).timestamp() + 0.5
            compared.append(("Slack's", ours - slack))
    if examination.database_now is not None:
        theirs, ours = examination.database_now
        compared.append(("the database's", ours - theirs))
    for whose, ahead in compared:
        if abs(ahead) >= _SKEW_WARN:
            skewed = True
            direction = "ahead of" if ahead > 0 else "behind"
            seen = f"This machine's clock is {abs(ahead):.0f} s {direction} {whose}."
            yield fail(seen, _SKEW_ADVICE) if abs(ahead) >= _SKEW_FAIL else warn(seen, _SKEW_ADVICE)
    if not compared:
        yield skip("There was no other clock to compare this machine's with.")
    elif not skewed:
        yield ok(f"This machine's clock agrees with {' and '.join(whose for whose, _ in compared)}.")
