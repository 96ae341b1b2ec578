"""The pages that somebody sees who installs the app."""

import html
from urllib.parse import quote

from countersign.i18n import N_, _

REASONS = {
    "access_denied": N_("You didn't allow the app, so it isn't installed."),
    "invalid_browser": N_("This page was opened in another browser, or too late. Start again."),
    "invalid_state": N_("This link was used before, or too late. Start again."),
    "missing_code": N_("Slack didn't confirm the installation. Start again."),
    "invalid_code": N_("Slack didn't confirm the installation. Start again."),
}
_OTHER_REASON = N_("The installation failed. Start again. If it fails again, tell whoever runs this bot.")
_REFUSED = N_("This workspace may not install the app. Ask whoever runs this bot to allow it.")
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1.5rem;color:#1d1c1d}"
    "a.button{display:inline-block;padding:.7rem 1.4rem;border-radius:.4rem;background:#4a154b;color:#fff;"
    "text-decoration:none}"
    "@media(prefers-color-scheme:dark){body{background:#1a1d21;color:#d1d2d3}a{color:#1d9bd1}}"
)


def install_page(url: str) -> str:
    """`url` is Slack's page on which the app is allowed."""
    return _page(_("Agents act; people countersign, in Slack."), _button(url, _("Add to Slack")))


def installed_page(name: str, team: str | None) -> str:
    said = _("Countersign is installed in {workspace}.").format(workspace=name)
    target = f"https://slack.com/app_redirect?team={quote(team)}" if team else "https://slack.com/"
    return _page(said, _button(target, _("Open Slack")))


def failed_page(reason: str) -> str:
    """`reason` comes from the address of the request, so an unknown one is not shown."""
    return _failure(_(REASONS.get(reason, _OTHER_REASON)))


def refused_page() -> str:
    return _failure(_(_REFUSED))


def _failure(text: str) -> str:
    return _page(text, _button("install", _("Start again")))


def _button(url: str, label: str) -> str:
    return f'<a class="button" href="{html.escape(url)}">{html.escape(label)}</a>'


def _page(text: str, button: str) -> str:
    """`text` is escaped here; `button` is HTML."""
    return (
        '<!doctype html><html><head><meta charset="utf-8"><title>Countersign</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><h1>Countersign</h1>"
        f"<p>{html.escape(text)}</p><p>{button}</p></body></html>"
    )
