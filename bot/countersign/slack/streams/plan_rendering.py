"""A plan as Slack's task updates, and as small print where Slack has none."""

import re
from collections.abc import Iterator

from countersign.flow.live.content import Plan, PlanTask, TaskStatus
from countersign.i18n import N_, _
from countersign.interrupts import action_label, single_line, spoofs_decision
from countersign.slack.block_kit.builders import Block, RenderedMessage, mrkdwn
from countersign.slack.block_kit.escaping import escape

_TITLE = N_("Working on it")
_TITLE_ENDED = N_("Steps taken")
_TITLE_WAITS = N_("Waiting for an answer")
_TOOL = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_UNKNOWN_TOOL = N_("Tool")
_UNKNOWN_STEP = N_("Step")
_NOT_RUN = N_("Not run")
_STATUS = {
    TaskStatus.PENDING: N_("waiting"),
    TaskStatus.IN_PROGRESS: N_("running"),
    TaskStatus.COMPLETE: N_("done"),
    TaskStatus.ERROR: N_("failed"),
}
MAX_TASKS = 40  # the newest; a message has 50 blocks
_ELEMENTS = 10  # of a context block


def task_title(task: PlanTask) -> str:
    """The step's title, or the tool's name in words.

    A model may call tools that do not exist, so only names are shown.
    """
    if task.step:
        return _(_UNKNOWN_STEP) if spoofs_decision(task.step) else single_line(task.step)
    title = action_label(task.tool) if _TOOL.fullmatch(task.tool) else _(_UNKNOWN_TOOL)
    return _(_UNKNOWN_TOOL) if spoofs_decision(title) else title


def plan_title(plan: Plan) -> str:
    if plan.waits:
        return _(_TITLE_WAITS)
    return _(_TITLE_ENDED) if plan.ended else _(_TITLE)


def plan_chunks(plan: Plan, before: Plan | None = None) -> list[Block]:
    """The stream chunks that lead from one plan to the next."""
    known = {task.id: task for task in before.tasks} if before else {}
    changed = [task for task in plan.tasks[-MAX_TASKS:] if known.get(task.id) != task]
    title: list[Block] = []
    if before is None or plan_title(before) != plan_title(plan):
        title = [{"type": "plan_update", "title": plan_title(plan)}]
    return [*title, *map(_task_chunk, changed)]


def _task_chunk(task: PlanTask) -> Block:
    chunk: Block = {
        "type": "task_update",
        "id": task.id,
        "title": task_title(task),
        "status": task.status.value,
    }
    return chunk | {"output": _(_NOT_RUN)} if task.not_run else chunk


def plan_block_message(plan: Plan) -> RenderedMessage:
    """The plan as the message that its stream became."""
    tasks = [_task_card(task) for task in plan.tasks[-MAX_TASKS:]]
    block: Block = {"type": "plan", "title": plan_title(plan), "tasks": tasks}
    return RenderedMessage(text=plan_message(plan).text, blocks=[block])


def _task_card(task: PlanTask) -> Block:
    card: Block = {
        "type": "task_card",
        "task_id": task.id,
        "title": task_title(task),
        "status": task.status.value,
    }
    if not task.not_run:
        return card
    said = {"type": "rich_text_section", "elements": [{"type": "text", "text": _(_NOT_RUN)}]}
    return card | {"output": {"type": "rich_text", "elements": [said]}}


def plan_message(plan: Plan) -> RenderedMessage:
    """The plan as a message of the bot's own, in small print as all of its notes."""
    title = plan_title(plan)
    lines = [*_lines(plan)]
    pieces = [lines[at : at + _ELEMENTS] for at in range(0, len(lines), _ELEMENTS)]
    blocks: list[Block] = [{"type": "context", "elements": [mrkdwn(title)]}]
    blocks += [{"type": "context", "elements": [mrkdwn(line) for line in piece]} for piece in pieces]
    return RenderedMessage(text=f"{title}: {'; '.join(lines)}", blocks=blocks)


def _lines(plan: Plan) -> Iterator[str]:
    for task in plan.tasks[-MAX_TASKS:]:
        status = _(_NOT_RUN).lower() if task.not_run else _(_STATUS[task.status])
        yield f"{escape(task_title(task))}: {status}"
