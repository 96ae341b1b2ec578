"""The modal *Details*: all of a request, the decisions so far, its ids and its digest, page by page."""

import json
from collections.abc import Sequence
from dataclasses import replace

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status
from countersign.approvals.votes.vote import Vote
from countersign.flow.observability.tracing import trace_id
from countersign.flow.review import Review
from countersign.i18n import N_, _
from countersign.interrupts import Part, ReviewRequest, ReviewRow, pages, sections
from countersign.slack.block_kit.builders import (
    Block,
    actions,
    button,
    context_block,
    plain,
    plain_section,
    section,
)
from countersign.slack.block_kit.escaping import escape, escaped_length, truncate_escaped
from countersign.slack.block_kit.trace_link import trace_link
from countersign.slack.cards.break_glass import break_glass_blocks
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.people.reasons import labelled_reasons
from countersign.slack.cards.people.request_line import has_details, request_text
from countersign.slack.cards.people.votes import vote_blocks
from countersign.slack.cards.row import decided_line, row_title, unused_vote_line
from countersign.slack.cards.values.edit_diff import edit_changes, edit_diff_blocks, state_change_blocks
from countersign.slack.cards.values.payload import BlockBudget, labelled_section, title_block
from countersign.slack.cards.values.references import CardReference, ModalReference

_WHOLE_PAYLOAD = N_("Payload as JSON")
_ANSWER_SCHEMA = N_("Answer schema as JSON")
_SECTION_LIMIT = 2600
_SECTIONS_PER_PAGE = 20
_DIFF_BUDGET = BlockBudget(20_000, 40)


def details_view(review: Review, ref: ModalReference, trace_url: str | None = None) -> Block:
    """The page `ref.page` of the details; a page beyond the last is the last.

    `trace_url` has placeholders for the ids, and leads to the trace of the run that asked.
    """
    approval, request = review.shown_approval, review.shown
    rows = [_row_sections(approval, request, at) for at in range(len(request.rows))]
    all_sections = [block for blocks in rows for block in blocks]
    if _shows_json(review):
        all_sections += _json_sections(_(_WHOLE_PAYLOAD), approval.value)
        if approval.schema is not None:
            all_sections += _json_sections(_(_ANSWER_SCHEMA), approval.schema)
    last = max((len(all_sections) - 1) // _SECTIONS_PER_PAGE, 0)
    page = min(ref.page, last)
    blocks = [title_block(request.title), context_block(request_text(approval, request))]
    if page == 0 and request.description:
        blocks.append(_plain_section(request.description))
    blocks += all_sections[page * _SECTIONS_PER_PAGE : (page + 1) * _SECTIONS_PER_PAGE] or [
        section(_("There are no further details."))
    ]
    if last:
        blocks.append(_page_buttons(ref, page, last))
    algorithm = "SHA-256" if approval.digest_key is None else _("keyed SHA-256")
    shown = _("Digest ({algorithm}) {digest}").format(
        algorithm=algorithm, digest=f"`{approval.shown_digest}`"
    )
    own_id = _("Approval {id}").format(id=f"`{approval.id}`")
    blocks.append(context_block(f"{own_id}\n{shown}"))
    if (link := _trace_link(approval, trace_url)) is not None:
        label = _("Open the trace")
        blocks.append(context_block(f"<{escape(link)}|{label}>"))
    return {
        "type": "modal",
        "title": plain(_("Details")),
        "close": plain(_("Close")),
        "private_metadata": replace(ref, page=page).pack(),
        "blocks": blocks,
    }


def _trace_link(approval: Approval, template: str | None) -> str | None:
    if template is None:
        return None
    asked_in = trace_id(approval.opened_in) if approval.opened_in else None
    return trace_link(template, asked_in, approval.thread_id, str(approval.id))


def first_page(review: Review, card: CardReference) -> int:
    """The page on which the row begins that the reference names."""
    approval, request = review.shown_approval, review.shown
    rows = range(min(card.row, len(request.rows)))
    before = sum(len(_row_sections(approval, request, at)) for at in rows)
    return before // _SECTIONS_PER_PAGE


def _row_sections(approval: Approval, request: ReviewRequest, at: int) -> list[Block]:
    row, vote = request.rows[at], approval.votes[at]
    blocks: list[Block] = []
    if len(request.rows) > 1:
        blocks.append(section(f"*{at + 1}.* {row_title(row)}"))
    if row.description:
        blocks.append(_plain_section(row.description))
    blocks += _part_sections(row.parts)
    if vote is not None:
        unused = approval.status is Status.WITHDRAWN
        blocks.append(section(unused_vote_line(vote) if unused else decided_line(approval, at, vote)))
        blocks += break_glass_blocks(approval) if vote.broke_glass else []
        blocks += _vote_sections(row, vote)
        blocks += [
            block
            for each in labelled_reasons(approval, at, vote)
            for block in _part_sections((Part(label="reason", heading=each.label, value=each.text),))
        ]
        blocks += state_change_blocks(approval, vote, _DIFF_BUDGET)
    elif approval.status is Status.PENDING:
        blocks += vote_blocks(approval, row, at)
    return blocks


def _vote_sections(row: ReviewRow, vote: Vote) -> list[Block]:
    """The answer or the changes of a vote."""
    decision = vote.decision
    if changes := edit_changes(row, vote):
        return edit_diff_blocks(changes, _DIFF_BUDGET)
    if decision.kind is DecisionKind.RESPOND:
        return _part_sections(
            (Part(label="answer", heading=_("Answer"), value=decision.message or decision.value),)
        )
    return []


def _part_sections(parts: Sequence[Part]) -> list[Block]:
    return [
        labelled_section(piece)
        for page in pages(parts, _SECTION_LIMIT, measure=escaped_length)
        for piece in page
    ]


def _shows_json(review: Review) -> bool:
    """False where a rule redacts a part of it."""
    if any(rule.redact for rule in review.approval.rules):
        return False
    return has_details(review) or not review.format.is_shown


def _json_sections(label: str, value: Json) -> list[Block]:
    """The value as it was sent. JSON escapes invisible characters."""
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    pieces = sections(
        (Part(label="json", heading=label, value=text),), _SECTION_LIMIT, measure=escaped_length
    )
    return [labelled_section(piece) for piece in pieces]


def _plain_section(text: str) -> Block:
    return plain_section(truncate_escaped(text, 3000))


def _page_buttons(ref: ModalReference, page: int, last: int) -> Block:
    """A button's value is the page that it opens."""
    buttons = []
    if page > 0:
        buttons.append(_page_button(ref, page - 1, _("‹ Page {page}").format(page=page)))
    if page < last:
        buttons.append(_page_button(ref, page + 1, _("Page {page} ›").format(page=page + 2)))
    if last > 1 and page < last - 1:
        buttons.append(_page_button(ref, last, _("Last ({page}) »").format(page=last + 1)))
    return actions(f"pages:{page}", buttons)


def _page_button(ref: ModalReference, page: int, label: str) -> Block:
    return button(f"{card_actions.PAGE}:{page}", label, replace(ref, page=page).pack())
