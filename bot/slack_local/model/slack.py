"""One running workspace: its state and everything that acts on it, handed to methods and to people."""

import secrets
from dataclasses import dataclass, field

from slack_local.fault_injection import Faults
from slack_local.model.change_feed import ChangeFeed
from slack_local.model.clock import Clock
from slack_local.model.records import Message, ResponseUrl, Trigger, User, View
from slack_local.model.seed import TEAM, App, seed
from slack_local.model.state import WorkspaceState
from slack_local.model.wire_log import Violation, WireLog

TRIGGER_TTL = 3.0
RESPONSE_URL_LIFE, RESPONSE_URL_USES = 1800.0, 5


@dataclass
class Organisation:
    """An Enterprise Grid organisation. `teams`: the workspaces that it added the app to, by id."""

    id: str
    name: str
    teams: list[str] = field(default_factory=list)


@dataclass
class Slack:
    """The workspace's parts. `address` (`http://host:port`) is known once the server listens."""

    app: App = field(default_factory=App)
    clock: Clock = field(default_factory=Clock)
    state: WorkspaceState = field(default_factory=WorkspaceState)
    changes: ChangeFeed = field(default_factory=ChangeFeed)
    faults: Faults = field(default_factory=Faults)
    log: WireLog = field(default_factory=WireLog)
    team: str = TEAM
    team_name: str = "Local Workspace"
    domain: str = "local"
    address: str = ""
    organisation: Organisation | None = None  # that installed the app for all of its workspaces
    installed: bool = True  # False after the app was removed from the workspace
    expired_tokens: set[str] = field(default_factory=set, repr=False)
    bot_token: str = field(default_factory=lambda: f"xoxb-local-{secrets.token_hex(12)}", repr=False)
    app_token: str = field(default_factory=lambda: f"xapp-1-A0APP00001-{secrets.token_hex(12)}", repr=False)
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    def __post_init__(self) -> None:
        self.log.on_entry = lambda: self.changes.notify("log")

    def seed(self) -> None:
        """Add the default people and channels."""
        seed(self.state, self.clock, self.app, self.team)

    @property
    def bot(self) -> User:
        return self.state.users[self.app.bot_user]

    def new_trigger(self, user: str) -> str:
        """A trigger id that may open one view for `user` within three seconds."""
        now = self.clock.now()
        triggers = self.state.triggers
        while triggers and (oldest := next(iter(triggers.values()))).expires_at < now - 60:
            del triggers[oldest.id]
        trigger = f"{int(now * 1000)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        triggers[trigger] = Trigger(id=trigger, user=user, expires_at=now + TRIGGER_TTL)
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
        response_urls = self.state.response_urls
        while response_urls and (oldest := next(iter(response_urls.values()))).expires_at < now:
            del response_urls[oldest.secret]
        secret = secrets.token_urlsafe(18)
        response_urls[secret] = ResponseUrl(
            secret=secret,
            user=user,
            channel=channel,
            expires_at=now + RESPONSE_URL_LIFE,
            uses_left=RESPONSE_URL_USES,
            message_ts=message_ts,
            ephemeral_ts=ephemeral_ts,
            thread_ts=thread_ts,
        )
        return f"{self.address}/hooks/actions/{self.team}/{secret}"

    def status(self, channel: str, thread_ts: str) -> str | None:
        """The status that `assistant.threads.setStatus` shows in a thread; it expires after two minutes."""
        key = (channel, thread_ts)
        return self.state.statuses.get(key) if self.state.status_ends.get(key, 0) > self.clock.now() else None

    def message_changed(self, message: Message) -> None:
        """Wake those who watch this message's thread or channel."""
        root = message.thread_ts or message.ts
        self.changes.notify(("thread", message.channel, root), ("channel", message.channel), "anything")

    def screen_changed(self, user: str) -> None:
        """Wake those who watch this person's modals, Home or ephemeral messages."""
        self.changes.notify(("screen", user), "anything")

    def find_view(self, view_id: str | None, external_id: str | None) -> View | None:
        """An open modal or Home by either of its ids."""
        if view_id:
            return self.state.views.get(view_id)
        return next(
            (v for v in self.state.views.values() if v.definition.get("external_id") == external_id), None
        )

    def violation(self, where: str, error: str, messages: tuple[str, ...] = ()) -> None:
        """Note in the log that the bot broke one of Slack's rules."""
        self.log.add(
            Violation(
                seq=self.log.next_seq(), at=self.clock.now(), where=where, error=error, messages=messages
            )
        )
