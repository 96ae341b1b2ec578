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
    intro = html.escape(_("Agents act; people countersign, in Slack."))
    button = f'<a class="button" href="{html.escape(url)}">{html.escape(_("Add to Slack"))}</a>'
    return _page("Countersign", f"<p>{intro}</p><p>{button}</p>")


def installed_page(name: str, team: str | None) -> str:
    said = html.escape(_("Countersign is installed in {workspace}.").format(workspace=name))
    target = f"https://slack.com/app_redirect?team={quote(team)}" if team else "https://slack.com/"
    link = f'<a class="button" href="{html.escape(target)}">{html.escape(_("Open Slack"))}</a>'
    return _page("Countersign", f"<p>{said}</p><p>{link}</p>")


def failed_page(reason: str) -> str:
    """`reason` comes from the address of the request, so an unknown one is not shown."""
    return _failure(_(REASONS.get(reason, _OTHER_REASON)))


def refused_page() -> str:
    return _failure(_(_REFUSED))


def _failure(text: str) -> str:
    again = f'<a href="install">{html.escape(_("Start again"))}</a>'
    return _page("Countersign", f"<p>{html.escape(text)}</p><p>{again}</p>")


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>{body}</body></html>"
    )
