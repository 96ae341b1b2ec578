"""Whether Slack takes the blocks of every kind of card, form and view: it says so without showing one."""

from collections.abc import AsyncIterator

from countersign.commands.doctor.check import CheckContext
from countersign.commands.doctor.check_result import CheckResult, fail, ok, skip, warn
from countersign.commands.doctor.slack.sample_cards import sample_cards
from countersign.commands.doctor.slack.token_checks import NO_SLACK
from countersign.flow.errors import RateLimited, SlackRefused
from countersign.slack.block_kit.builders import Block
from countersign.slack.transport.outbound.web_api import WebApi

_MISSING = {"unknown_method", "method_not_supported", "not_allowed_token_type", "feature_not_enabled"}
_REFUSED = {"invalid_blocks", "invalid_message", "invalid_view", "msg_blocks_too_long", "view_too_large"}
_FALLBACK = "This workspace does not take the newest blocks of: {names}. The bot shows plainer ones there."
_BROKEN = "Slack refuses: {names}."
_REPORT = "Update Countersign; if it stays so, report it with the line above."
_LIMITED = "Slack limited the calls; {done} of {all} kinds were validated."


async def check_blocks(examination: CheckContext) -> AsyncIterator[CheckResult]:
    if examination.workspace is None or examination.api is None:
        yield skip(NO_SLACK)
        return
    samples = list(sample_cards())
    plainer: list[str] = []
    broken: list[str] = []
    for done, sample in enumerate(samples):
        try:
            if not await _valid(examination.api, sample.blocks, sample.view):
                usable = sample.fallback is not None and await _valid(examination.api, sample.fallback, None)
                (plainer if usable else broken).append(sample.name)
        except SlackRefused as refused:
            if refused.error not in _MISSING:
                raise
            yield skip(f"This workspace has no blocks.validate ({refused.error}).")
            return
        except RateLimited:
            yield skip(_LIMITED.format(done=done, all=len(samples)))
            break
    if broken:
        yield fail(_BROKEN.format(names=", ".join(broken)), _REPORT)
    if plainer:
        yield warn(_FALLBACK.format(names=", ".join(plainer)), "Nothing has to be done.")
    if not broken and not plainer:
        yield ok(f"Slack takes all {len(samples)} kinds of cards, forms and views.")


async def _valid(api: WebApi, blocks: list[Block] | None, view: Block | None) -> bool:
    try:
        await api.call("blocks.validate", blocks=blocks, view=view)
    except SlackRefused as refused:
        if refused.error in _REFUSED:
            return False
        raise
    return True
