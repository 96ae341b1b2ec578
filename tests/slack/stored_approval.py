"""An approval as it is in the database."""

from countersign.approvals.approval import Approval
from tests.slack.conftest import Bot


async def stored(bot: Bot, approval: Approval) -> Approval:
    found = await bot.store.approval(approval.id)
    assert found is not None
    return found.approval
