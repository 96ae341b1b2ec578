"""What somebody sees after a click: an error for their eyes only, and the inbox in which they clicked."""

from countersign.i18n import N_, _
from countersign.slack.cards.values.references import ModalReference
from countersign.slack.forms.modal import notice_view
from countersign.slack.listeners.buttons.button_click import ButtonClick, Surface
from countersign.slack.listeners.context import ListenerContext
from countersign.slack.listeners.forms.form_opening import open_view
from countersign.slack.listeners.home.approval_list import replace_list

_TITLE = N_("Nothing was changed")


def report_refusal(context: ListenerContext, click: ButtonClick, text: str) -> None:
    """Say why nothing was changed, and show the inbox as it is: it may have been out of date."""
    match click.surface:
        case Surface.HOME:
            notice = open_view(context, click, notice_view(_(_TITLE), text))
            context.background_tasks.start("show_notice", notice)
            follow(context, click)
        case Surface.EPHEMERAL if click.on_list:
            context.background_tasks.start(
                "update_list", replace_list(context, click.user, click.list_url, text)
            )
        case _:
            context.notify_user(click.thread, click.user, text)


def follow_form(context: ListenerContext, reference: ModalReference, user: str) -> None:
    """Show the list from which a form was opened as it is by now. The Home tab follows by itself."""
    if reference.list_url:
        context.background_tasks.start("update_list", replace_list(context, user, reference.list_url))


def follow(context: ListenerContext, click: ButtonClick) -> None:
    """Show the inbox in which somebody clicked as it is by now."""
    match click.surface:
        case Surface.HOME:
            context.background_tasks.start("refresh_home", context.home_tabs.refresh(click.user))
        case Surface.EPHEMERAL if click.on_list:
            context.background_tasks.start("update_list", replace_list(context, click.user, click.list_url))
        case _:
            pass
