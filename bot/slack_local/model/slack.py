"""One running workspace: its state and everything that acts on it, handed to methods and to people."""

import secrets
from dataclasses import dataclass, field

from slack_local.fault_injection import Trouble
from slack_local.model.change_feed import Signals
from slack_local.model.clock import Clock
from slack_local.model.records import Hook, Message, Trigger, User, View
from slack_local.model.seed import TEAM, App, furnish
from slack_local.model.state import World
from slack_local.model.wire_log import Violation, WireLog

TRIGGER_LIFE = 3.0
HOOK_LIFE, HOOK_USES = 1800.0, 5


@dataclass
class Slack:
    """The workspace's parts. `address` (`http://host:port`) is known once the server listens."""

    app: App = field(default_factory=App)
    clock: Clock = field(default_factory=Clock)
    world: World = field(default_factory=World)
    signals: Signals = field(default_factory=Signals)
    trouble: Trouble = field(default_factory=Trouble)
    log: WireLog = field(default_factory=WireLog)
    team: str = TEAM
    team_name: str = "Local Workspace"
    domain: str = "local"
    address: str = ""
    bot_token: str = field(default_factory=lambda: f"xoxb-local-{secrets.token_hex(12)}", repr=False)
    app_token: str = field(default_factory=lambda: f"xapp-1-A0APP00001-{secrets.token_hex(12)}", repr=False)
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    def __post_init__(self) -> None:
        self.log.told = lambda: self.signals.notify("log")

    def furnish(self) -> None:
        """Put in the people and channels that come out of the box."""
        furnish(self.world, self.clock, self.app)

    @property
    def bot(self) -> User:
        return self.world.users[self.app.bot_user]

    def new_trigger(self, user: str) -> str:
        """A trigger id that may open one view for `user` within three seconds."""
        now = self.clock.now()
        triggers = self.world.triggers
        while triggers and (oldest := next(iter(triggers.values()))).expires_at < now - 60:
            del triggers[oldest.id]
        trigger = f"{int(now * 1000)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        triggers[trigger] = Trigger(id=trigger, user=user, expires_at=now + TRIGGER_LIFE)
        return trigger

    def new_response_url(
        self,
        user: str,
        channel: str,
        *,
        message_ts: str | None = None,
        ephemeral_ts: str | None = None,
        thread_ts: str | None = None,
    ) -> str:
        """A response URL, good for five uses within thirty minutes."""
        now = self.clock.now()
        hooks = self.world.hooks
        while hooks and (oldest := next(iter(hooks.values()))).expires_at < now:
            del hooks[oldest.secret]
        secret = secrets.token_urlsafe(18)
        hooks[secret] = Hook(
            secret=secret,
            user=user,
            channel=channel,
            expires_at=now + HOOK_LIFE,
            uses_left=HOOK_USES,
            message_ts=message_ts,
            ephemeral_ts=ephemeral_ts,
            thread_ts=thread_ts,
        )
        return f"{self.address}/hooks/actions/{self.team}/{secret}"

    def status(self, channel: str, thread_ts: str) -> str | None:
        """What `assistant.threads.setStatus` has a thread show; it goes away by itself after two minutes."""
        key = (channel, thread_ts)
        return self.world.statuses.get(key) if self.world.status_ends.get(key, 0) > self.clock.now() else None

    def message_changed(self, message: Message) -> None:
        """Wake those who watch this message's thread or channel."""
        root = message.thread_ts or message.ts
        self.signals.notify(("thread", message.channel, root), ("channel", message.channel), "anything")

    def screen_changed(self, user: str) -> None:
        """Wake those who watch this person's modals, Home or ephemeral messages."""
        self.signals.notify(("screen", user), "anything")

    def find_view(self, view_id: str | None, external_id: str | None) -> View | None:
        """An open modal or Home by either of its ids."""
        if view_id:
            return self.world.views.get(view_id)
        return next(
            (v for v in self.world.views.values() if v.definition.get("external_id") == external_id), None
        )

    def violation(self, where: str, error: str, messages: tuple[str, ...] = ()) -> None:
        """Note in the log that the bot broke one of Slack's rules."""
        self.log.add(
            Violation(
                seq=self.log.next_seq(), at=self.clock.now(), where=where, error=error, messages=messages
            )
        )
