"""Posts the outbox's rows, once each and in order, and keeps cards up to date."""

import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

import structlog

from countersign.flow.delivery.channel_pace import ChannelPace
from countersign.flow.error_report import new_error_id
from countersign.flow.errors import PostLimited, RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.home.quiet_hours_check import QuietHoursCheck
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.notices.opening_notices import misplaced_card
from countersign.flow.observability.observer import Observer
from countersign.flow.ports import LostCards, Outbox, Slack, Store
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.i18n import lazy_text

_BACKOFF = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds; the last one repeats
_CLAIM_USE = 8.0  # seconds after a claim in which another post may begin; it may take 10 s itself
_REFUSED_PAUSE = 60.0  # somebody has to change something in Slack first
_CHANNEL_GONE = {
    "is_archived": lazy_text("that channel is archived"),
    "channel_not_found": lazy_text("I can't see that channel"),
    "not_in_channel": lazy_text("I'm not in that channel"),
    "restricted_action": lazy_text("the settings of this workspace don't let me post there"),
    "restricted_action_read_only_channel": lazy_text("I may not post in that channel"),
}
_NONE: Mapping[UUID, Review] = MappingProxyType({})

log = structlog.get_logger()


class MessageDelivery:
    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        slack: Slack,
        observer: Observer | None = None,
        lost_cards: LostCards | None = None,
        quiet_hours: QuietHoursCheck | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Without `lost_cards`, a deleted card stays deleted; without `quiet_hours`, no message is held.

        `monotonic` measures the age of claims and the pace of rate-limited channels.
        """
        self._quiet_hours = quiet_hours
        self._monotonic = monotonic
        self._pace = ChannelPace(monotonic)
        self._lost_cards = lost_cards
        self._store = store
        self._outbox = outbox
        self._slack = slack
        self._observer = observer or Observer()

    async def deliver_thread(self, channel: str, thread_ts: str) -> None:
        """Claim what this thread has to post, and deliver it."""
        await self.deliver(await self._outbox.claim_thread(channel, thread_ts))

    async def deliver(self, claimed: Sequence[Outgoing], known: Mapping[UUID, Review] = _NONE) -> None:
        """Post what was just claimed, in order. What cannot be posted now is tried again later.

        `known` are approvals whose cards may be among it, as they are now.
        """
        began = self._monotonic()
        for row in claimed:
            if self._monotonic() - began > _CLAIM_USE:  # the claim on the rest lapses soon
                await self._outbox.postpone(row, 0, "left for the next round")
                return
            if not await self._deliver(row, known):
                return

    async def deliver_posts(self, posts: Sequence[Outgoing]) -> None:
        """Post what was just stored, wherever it goes."""
        threads = dict.fromkeys((row.channel, row.thread_ts) for row in posts if row.thread_ts is not None)
        for channel, thread_ts in threads:
            await self.deliver_thread(channel, str(thread_ts))
        for row in posts:
            if row.thread_ts is None:
                await self.deliver_one(row.key)

    async def deliver_one(self, key: str) -> None:
        """Post one message that is not in a thread."""
        row = await self._outbox.claim_one(key)
        if row is not None:
            await self._deliver(row, _NONE)

    async def deliver_due(self, limit: int = 50) -> int:
        """Post the messages that a crashed process left in the outbox, or that Slack refused for now."""
        targets = await self._outbox.due(limit)
        for target in targets:
            if target.thread_ts is not None:
                await self.deliver_thread(target.channel, target.thread_ts)
            elif target.key is not None:
                await self.deliver_one(target.key)
        return len(targets)

    async def card_seen(self, approval_id: UUID, ts: str) -> None:
        """Record where a card is, learned from a click on it."""
        await self._outbox.card_seen(approval_id, ts)

    async def update_card(self, approval_id: UUID, saved: Review | None = None) -> None:
        """Update a card. The sweep repeats what fails here: the card's version is outdated then.

        `saved` is the approval as it was just saved.
        """
        # Who saved it may not have known where its card is.
        review = saved if saved and saved.approval.card_ts else await self._store.approval(approval_id)
        while review is not None and review.approval.card_ts is not None:
            version: int = review.approval.version
            try:
                sent = await self._slack.update_card(review)
            except (RateLimited, SlackUnreachable) as error:
                log.info("card_not_updated", approval_id=str(approval_id), reason=str(error))
                return
            except SlackRefused as error:
                log.warning("card_not_updated", approval_id=str(approval_id), reason=str(error))
                if await self._move_to_thread(review, error):
                    return
                if error.error == "message_not_found" and await self._post_again(review):
                    return
                # No later attempt would help, and the sweep has other cards to update.
                now = await self._outbox.card_refused(review.approval)
            except Exception:
                log.exception("card_not_updated", approval_id=str(approval_id), error_id=new_error_id())
                return
            else:
                # Another process may have sent a later version, and ours overwrote it.
                now = await self._outbox.card_rendered(review.approval) if sent else version
            review = None if now == version else await self._store.approval(approval_id)
        if saved is None or saved.approval.rules:
            await self.update_messages(approval_id)

    async def card_lost(self, team: str, channel: str, ts: str, why: str) -> ThreadRef | None:
        """Record that this message was deleted. Returns the thread that has something to post for it."""
        return await self._lost_cards.card_lost(team, channel, ts, why) if self._lost_cards else None

    async def _post_again(self, review: Review) -> bool:
        """Post a pending card again whose message was deleted without an event for it."""
        ref, ts = review.thread, review.approval.card_ts
        channel = review.approval.channel
        lost = await self.card_lost(ref.team, channel, ts, "message_not_found") if ts else None
        if lost is not None:
            await self.deliver_thread(lost.channel, lost.ts)
        return lost is not None

    async def update_stale_cards(self, limit: int = 50) -> int:
        stale = await self._outbox.stale_cards(limit)
        for approval_id in stale:
            await self.update_card(approval_id)
        return len(stale)

    async def update_messages(self, approval_id: UUID) -> None:
        """Update the other messages about an approval. The sweep repeats what fails."""
        outdated = await self._outbox.outdated_messages(approval_id)
        review = await self._store.approval(approval_id) if outdated else None
        if review is None:
            return
        for message in outdated:
            try:
                await self._slack.update_approval_message(message, review)
            except (RateLimited, SlackUnreachable) as error:
                log.info("message_not_updated", post=message.key, reason=str(error))
                return
            except SlackRefused as error:  # such as a message that was deleted: no later attempt would help
                log.warning("message_not_updated", post=message.key, reason=str(error))
            await self._outbox.message_updated(message, review.approval)

    async def update_outdated_messages(self, limit: int = 50) -> int:
        outdated = await self._outbox.approvals_with_outdated_messages(limit)
        for approval_id in outdated:
            await self.update_messages(approval_id)
        return len(outdated)

    async def _deliver(self, row: Outgoing, known: Mapping[UUID, Review]) -> bool:
        # Other messages link to the card, whose place `known` does not have.
        known = known if row.kind is OutgoingKind.CARD else _NONE
        review = await self._review(row.approval_id, known) if row.approval_id else None
        if self._quiet_hours is not None and await self._quiet_hours.holds_back(row, review):
            return False
        if wait := self._pace.wait(row):
            await self._outbox.postpone_untried(row, wait, "others of this channel come first")
            return False
        try:
            ts = await self._slack.post(row, review)
        except PostLimited as error:
            self._observer.posted(row, "postponed")
            await self._outbox.postpone_untried(row, self._pace.limited(row, error.seconds), str(error))
        except RateLimited as error:
            self._observer.posted(row, "postponed")
            await self._outbox.postpone(row, error.seconds, str(error))
        except SlackUnreachable as error:
            pause = _BACKOFF[min(row.attempts, len(_BACKOFF) - 1)]
            self._observer.posted(row, "postponed")
            log.warning("post_not_answered", post=row.key, again_in_s=pause, reason=str(error))
            await self._outbox.postpone(row, pause, str(error))
        except SlackRefused as error:
            self._observer.posted(row, "refused")
            if review is None or not await self._move_to_thread(review, error, row.kind):
                await self._refused(row, error)
        except Exception as error:
            self._observer.posted(row, "failed")
            log.exception("post_failed", post=row.key, error_id=new_error_id())
            await self._outbox.postpone(row, _REFUSED_PAUSE, f"{type(error).__name__}: {error}")
        else:
            self._observer.posted(row, "posted")
            self._pace.posted(row)
            # A second attempt may have found the first one's post, with an older state.
            known_to_show = review is not None and (row.attempts == 0 or review.approval.version == 1)
            await self._outbox.posted(row, ts, review.approval if review and known_to_show else None)
            if row.kind is OutgoingKind.CARD and self._lost_cards is not None:
                lost = await self._lost_cards.lost_unrecorded(row.team, row.channel, ts)
                if lost is not None:
                    await self.deliver_thread(lost.channel, lost.ts)
            return True
        return False

    async def _review(self, approval_id: UUID, known: Mapping[UUID, Review]) -> Review | None:
        return known.get(approval_id) or await self._store.approval(approval_id)

    async def _move_to_thread(
        self, review: Review, error: SlackRefused, kind: OutgoingKind = OutgoingKind.CARD
    ) -> bool:
        """Post a card in its thread instead, if the bot can no longer post in its channel."""
        approval = review.approval
        if kind is not OutgoingKind.CARD or approval.posted_to is None or error.error not in _CHANNEL_GONE:
            return False
        why = _CHANNEL_GONE[error.error]
        if not await self._outbox.move_card_to_thread(review, misplaced_card(review, "", why)):
            return False
        await self.deliver_thread(review.thread.channel, review.thread.ts)
        await self.update_messages(approval.id)
        return True

    async def _refused(self, row: Outgoing, error: SlackRefused) -> None:
        log.error("post_refused", post=row.key, channel=row.channel, slack_error=error.error)
        if row.kind is OutgoingKind.ROOT:
            await self._outbox.give_up(row, error.error)
            await self._slack.root_refused(row, error.error)
        elif row.kind is OutgoingKind.DIRECT:  # such as to somebody who was deactivated
            await self._outbox.give_up(row, error.error)
        else:
            await self._outbox.postpone(row, _REFUSED_PAUSE, str(error))
