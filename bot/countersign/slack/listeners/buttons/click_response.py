"""What somebody sees after a click: an error that only they see, and their inbox as it is now."""

from countersign.i18n import N_, _
from countersign.slack.cards.values.references import ModalReference
from countersign.slack.forms.modal import notice_view
from countersign.slack.listeners.buttons.button_click import ButtonClick, Surface
from countersign.slack.listeners.context import ListenerContext
from countersign.slack.listeners.forms.form_opening import open_view
from countersign.slack.listeners.home.approval_list import replace_list

_TITLE = N_("Nothing was changed")


def report_refusal(context: ListenerContext, click: ButtonClick, text: str) -> None:
    """Say why nothing was changed, and refresh the inbox, which may have been outdated."""
    match click.surface:
        case Surface.HOME:
            notice = open_view(context, click, notice_view(_(_TITLE), text))
            context.background_tasks.start("show_notice", notice)
            refresh_inbox(context, click)
        case Surface.EPHEMERAL if click.on_list:
            context.background_tasks.start(
                "update_list", replace_list(context, click.user, click.list_url, text)
            )
        case _:
            context.notify_user(click.thread, click.user, text)


def refresh_list_of_form(context: ListenerContext, reference: ModalReference, user: str) -> None:
    """Refresh the list from which a form was opened. The Home tab refreshes without this."""
    if reference.list_url:
        context.background_tasks.start("update_list", replace_list(context, user, reference.list_url))


def refresh_inbox(context: ListenerContext, click: ButtonClick) -> None:
    """Refresh the inbox in which somebody clicked."""
    match click.surface:
        case Surface.HOME:
            context.background_tasks.start("refresh_home", context.home_tabs.refresh(click.user))
        case Surface.EPHEMERAL if click.on_list:
            context.background_tasks.start("update_list", replace_list(context, click.user, click.list_url))
        case _:
            pass
