"""The pages that somebody sees who installs the app, in the language of their browser."""

import html
from urllib.parse import quote

from countersign.i18n import N_, _, current_language

REASONS = {
    "access_denied": N_("You didn't allow the app, so it isn't installed."),
    "invalid_browser": N_("This page was opened in another browser, or too late. Start again."),
    "invalid_state": N_("This link was used before, or too late. Start again."),
    "missing_code": N_("Slack didn't confirm the installation. Start again."),
    "invalid_code": N_("Slack didn't confirm the installation. Start again."),
}
_OTHER_REASON = N_("The installation failed. Start again. If it fails again, tell whoever runs this bot.")
_REFUSED = N_("This workspace may not install the app. Ask whoever runs this bot to allow it.")
_ABOUT = N_(
    "Agents work in your Slack threads. Before they do anything risky they ask, and a person approves or"
    " rejects it."
)
_NEXT = (
    N_("Invite the app to a channel, and mention it with what you want done."),
    N_("Where an agent asks first, its thread gets a card with Approve and Reject."),
    N_("The app's Home tab lists what waits for you."),
)
_STYLE = """
body{font:16px/1.55 system-ui,sans-serif;margin:0;padding:12vh 1.25rem 3rem;background:#f4f5f4;color:#1d1c1d;
  word-break:keep-all;overflow-wrap:anywhere}
main{box-sizing:border-box;max-width:32rem;margin:0 auto;padding:2rem;background:#fff;border:1px solid #ddd;
  border-radius:.8rem}
.name{display:flex;align-items:center;gap:.6rem;font-weight:600}
h1{font-size:1.5rem;line-height:1.3;margin:1.5rem 0 .75rem}
p,ul{margin:0 0 1rem}
ul{padding-left:1.2rem}
li{margin:.3rem 0}
a.button{display:inline-block;margin-top:.5rem;padding:.7rem 1.4rem;border-radius:.5rem;background:#14532d;
  color:#fff;font-weight:600;text-decoration:none}
a.button:focus-visible{outline:3px solid #1264a3;outline-offset:2px}
.note{margin:1.25rem 0 0;font-size:.875rem;color:#5c5b5d}
@media(prefers-color-scheme:dark){
  body{background:#121315;color:#e8e8e8}
  main{background:#1a1d21;border-color:#35373b}
  a.button{background:#86efac;color:#0b2e19}
  .note{color:#ababad}
}
"""
_MARK = (
    '<svg width="32" height="32" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8"'
    ' fill="#14532d"/><path d="M9 16.5l4.6 4.6L23.4 11" fill="none" stroke="#fff" stroke-width="3.2"'
    ' stroke-linecap="round" stroke-linejoin="round"/><path d="M8 26h16" stroke="#86efac" stroke-width="2"'
    ' stroke-linecap="round"/></svg>'
)


def install_page(url: str) -> str:
    """`url` is Slack's page on which the app is allowed."""
    return _page(
        _("Add Countersign to Slack"),
        _paragraph(_(_ABOUT)),
        _button(url, _("Add to Slack")),
        _note(_("Slack shows what the app may do, and asks you to allow it.")),
    )


def installed_page(name: str, team: str | None) -> str:
    target = f"https://slack.com/app_redirect?team={quote(team)}" if team else "https://slack.com/"
    steps = "".join(f"<li>{html.escape(_(each))}</li>" for each in _NEXT)
    return _page(
        _("Countersign is installed in {workspace}.").format(workspace=name),
        f"<ul>{steps}</ul>",
        _button(target, _("Open Slack")),
        _note(_("You can close this page.")),
    )


def failed_page(reason: str) -> str:
    """`reason` comes from the address of the request, so an unknown one is not shown."""
    return _failure(_(REASONS.get(reason, _OTHER_REASON)))


def refused_page() -> str:
    return _failure(_(_REFUSED))


def _failure(text: str) -> str:
    return _page(_("Countersign isn't installed"), _paragraph(text), _button("install", _("Start again")))


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"


def _note(text: str) -> str:
    return f'<p class="note">{html.escape(text)}</p>'


def _button(url: str, label: str) -> str:
    return f'<a class="button" href="{html.escape(url)}">{html.escape(label)}</a>'


def _page(title: str, *content: str) -> str:
    """`title` is escaped here; `content` is HTML."""
    shown = html.escape(title)
    return (
        f'<!doctype html><html lang="{current_language()}"><head><meta charset="utf-8"><title>{shown}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<style>{_STYLE}</style></head><body><main><div class="name">{_MARK}<span>Countersign</span></div>'
        f"<h1>{shown}</h1>{''.join(content)}</main></body></html>"
    )
