"""The tour: the demo plays by itself, tells what happens, and checks all of it."""

import asyncio
import time

from countersign.testing.cards import ApprovalCard, approval_card, approval_cards
from slack_local.bot_process import BotDownError, BotProcess
from slack_local.model.change_feed import WaitTimeoutError
from slack_local.model.records import Ephemeral, Message
from slack_local.people.person import Person
from slack_local.people.threads import Thread
from slack_local.transcript.printer import Transcript, UnexpectedError
from slack_local.workspace import LocalWorkspace

ANSWER_SECONDS = 15.0
RECOVERY_SECONDS = 30.0  # a step that a killed process had begun is taken up again within this


class Tour:
    """Three stories with alice, bob and carol in them."""

    def __init__(self, workspace: LocalWorkspace, bot: BotProcess) -> None:
        self._workspace = workspace
        self._bot = bot
        self._told = Transcript(workspace.slack.state)

    async def play(self) -> int:
        """Play the stories; returns 0, or 1 once something is not as expected."""
        began = time.monotonic()
        try:
            await self._workspace.connected(limit=ANSWER_SECONDS)
            await self._approved()
            await self._rejected()
            await self._killed()
            self._nothing_against_the_rules()
        except (UnexpectedError, WaitTimeoutError, BotDownError) as error:
            print(f"\n✗ Expected: {error}\n\n{self._bot.tail()}", flush=True)
            return 1
        print(
            f"\nThat is the tour: {time.monotonic() - began:.1f} s. Run the demo without it to take part.",
            flush=True,
        )
        return 0

    async def _approved(self) -> None:
        told, people = self._told, self._workspace
        told.story(1, "Alice asks, Bob countersigns")
        thread, card = await self._asks(people.alice, "Deploy at noon", "#ops")
        told.expect("nothing is in #ops before somebody approves", not self._in_channel("#ops", thread))
        told.does("bob presses Approve")
        before = self._said(thread)
        await card.approve(by=people.bob)
        await self._closes(card, "Approved", people.bob)
        await self._answers(thread, before, "The message is in #ops.")
        self._posted_once("#ops", thread, "Deploy at noon")

    async def _rejected(self) -> None:
        told, people = self._told, self._workspace
        told.story(2, "Bob says no, and why")
        thread, card = await self._asks(people.alice, "Everything is broken!!", "#ops")
        told.does("bob presses Reject, which opens a form")
        view = await card.form("approval:reject", people.bob)
        told.form(people.bob, view)
        reason = "Too alarming; say what is broken."
        told.does(f"bob writes “{reason}” and submits")
        before = self._said(thread)
        submission = await people.bob.submits(view, {"/message": reason})
        told.expect("the form is taken", submission.outcome in ("closed", "cleared"), submission)
        await self._closes(card, "Rejected", people.bob)
        await self._answers(thread, before, reason)
        told.expect("nothing was posted to #ops", not self._in_channel("#ops", thread))

    async def _killed(self) -> None:
        told, people = self._told, self._workspace
        told.story(3, "The bot is killed while a card waits")
        thread, card = await self._asks(people.carol, "The backup is restored", "#ops")
        told.does("bob types /approvals: it waits there too")
        told.whispers(people.bob, await self._listed(people.bob, card))
        pid = self._bot.pid
        told.does(f"kill -9 {pid}: the bot is gone, the card still stands there")
        await self._bot.kill()
        told.expect("no bot runs", self._bot.pid is None)
        told.does("the bot is started again")
        await self._bot.start()
        await people.connected(limit=RECOVERY_SECONDS)
        told.expect(
            "the card is the same one, still open", [c.ts for c in approval_cards(thread)] == [card.ts]
        )
        late = {
            person: person.click_payload(card.message, "approval:approve")
            for person in (people.bob, people.alice)
        }
        told.does("bob presses Approve")
        before = self._said(thread)
        await card.approve(by=people.bob)
        await self._closes(card, "Approved", people.bob)
        await self._answers(thread, before, "The message is in #ops.", limit=RECOVERY_SECONDS)
        self._posted_once("#ops", thread, "The backup is restored")
        for person, payload in late.items():
            again = "again, on his old screen" if person is people.bob else "too, a moment too late"
            told.does(f"{person.name} presses Approve {again}")
            known = len(person.ephemerals)
            await person.clicks_raw(payload)
            told.whispers(person, await self._is_told(person, known))
        self._posted_once("#ops", thread, "The backup is restored")

    async def _asks(self, person: Person, text: str, channel: str) -> tuple[Thread, ApprovalCard]:
        """Somebody asks for a message in a channel; its card appears."""
        told = self._told
        told.does(f"{person.name} writes in #general")
        thread = await person.mentions(f"post '{text}' to {channel}")
        told.shows(*thread.messages())
        card = await approval_card(thread, limit=ANSWER_SECONDS)
        told.does("a card appears in the thread")
        told.shows(card.message)
        told.expect("the card shows the whole message", text in card.text, card.text)
        told.expect(
            "it can be approved and rejected", {"approval:approve", "approval:reject"} <= {*card.actions}
        )
        return thread, card

    async def _closes(self, card: ApprovalCard, verdict: str, by: Person) -> None:
        message = await card.thread.wait_until(
            lambda: card.message if not card.is_open and verdict in card.text else None,
            limit=RECOVERY_SECONDS,
            what=f"the card to say “{verdict}”",
        )
        self._told.does("the card says what was decided, and its buttons are gone")
        self._told.shows(message)
        self._told.expect(
            f"it names {by.name}", by.id in card.text or by.name in card.text.casefold(), card.text
        )

    async def _answers(
        self, thread: Thread, before: set[str], text: str, *, limit: float = ANSWER_SECONDS
    ) -> None:
        """The bot answers in the thread, once."""

        def answers() -> list[Message]:
            return [m for m in thread.from_bot() if m.ts not in before and not m.streaming and text in m.text]

        await thread.wait_until(answers, limit=limit, what=f"an answer with “{text}”")
        self._told.does("the assistant answers")
        self._told.shows(*answers())
        self._told.expect("it answers once", len(answers()) == 1, [m.text for m in answers()])

    async def _listed(self, person: Person, card: ApprovalCard) -> Ephemeral:
        """The list of what waits, once the card is linked in it: from then on its place is on record."""
        wanted = f"p{card.ts.replace('.', '')}"
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                while wanted not in (answer := await person.runs("/approvals")).text:
                    pass
        except TimeoutError:
            raise UnexpectedError(f"/approvals to list the card, instead: {answer.text}") from None
        return person.ephemerals[-1]

    async def _is_told(self, person: Person, known: int) -> Ephemeral:
        """The one new message that only this person sees."""
        await person.sees_ephemeral(lambda _seen: len(person.ephemerals) > known, limit=ANSWER_SECONDS)
        return person.ephemerals[-1]

    def _said(self, thread: Thread) -> set[str]:
        return {message.ts for message in thread.messages()}

    def _in_channel(self, channel: str, since: Thread) -> list[Message]:
        """What the bot wrote in a channel since a thread began, outside threads."""
        place = self._workspace.slack.state.channels[self._workspace.channel_id(channel)]
        messages = (place.messages[ts] for ts in place.timeline if ts > since.ts)
        return [message for message in messages if message.by_bot]

    def _posted_once(self, channel: str, since: Thread, text: str) -> None:
        posted = self._in_channel(channel, since)
        self._told.expect(
            f"“{text}” is in {channel}, once", [m.text for m in posted] == [text], [m.text for m in posted]
        )

    def _nothing_against_the_rules(self) -> None:
        violations = self._workspace.log.violations()
        self._told.story(4, "And all of it by Slack's rules")
        self._told.expect("the bot sent nothing that Slack would refuse", not violations, violations)
