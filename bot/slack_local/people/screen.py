"""Who somebody is and what they see: forms, their Home tab, messages for their eyes only."""

from collections.abc import Callable

from slack_local.block_kit.input_state import NotPossibleError
from slack_local.block_kit.text import full_text
from slack_local.model.records import Channel, Ephemeral, User, View
from slack_local.model.slack import Slack
from slack_local.transport.delivery import Delivery


class Screen:
    """One person's screen."""

    def __init__(self, slack: Slack, delivery: Delivery, user: User) -> None:
        self._slack = slack
        self._delivery = delivery
        self.user = user

    def __repr__(self) -> str:
        return f"<{self.user.name}>"

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    def _place(self, channel: str) -> Channel:
        place = self._slack.state.channel(channel)
        if place is None or self.id not in place.members:
            raise NotPossibleError(f"{self.name} is not in {channel}")
        return place

    def direct(self) -> Channel:
        """The direct messages between this person and the bot. A stranger has none."""
        if self.user.is_stranger:
            raise NotPossibleError(f"{self.name} is of another workspace, where this app is not installed")
        return self._slack.state.open_direct(self._slack.app.bot_user, self.id, int(self._slack.clock.now()))

    @property
    def modal(self) -> View | None:
        """The form on top of this person's screen."""
        stack = self._slack.state.modals.get(self.id)
        return stack[-1] if stack else None

    async def modal_opens(self, *, limit: float = 10.0, title: str | None = None) -> View:
        """Wait for a form to show (with that title, if given). Raises `WaitTimeoutError`."""

        def look() -> View | None:
            view = self.modal
            fits = view is not None and title in (None, view.definition["title"]["text"])
            return view if fits else None

        return await self._slack.changes.wait_for(
            ("screen", self.id), look, limit=limit, what=lambda: f"a form on {self.name}'s screen"
        )

    @property
    def home(self) -> View | None:
        """This person's Home tab of the app, if it was published."""
        return self._slack.state.homes.get(self.id)

    async def home_shows(self, fits: Callable[[View], bool], *, limit: float = 10.0) -> View:
        """Wait for the Home tab to fit. Raises `WaitTimeoutError`."""
        return await self._slack.changes.wait_for(
            ("screen", self.id),
            lambda: self.home if self.home is not None and fits(self.home) else None,
            limit=limit,
            what=lambda: f"{self.name}'s Home",
        )

    @property
    def ephemerals(self) -> list[Ephemeral]:
        """What only this person sees, oldest first."""
        return list(self._slack.state.ephemerals[self.id])

    async def sees_ephemeral(
        self, fits: str | Callable[[Ephemeral], bool], *, limit: float = 10.0
    ) -> Ephemeral:
        """Wait for an ephemeral message that contains a text or fits. Raises `WaitTimeoutError`."""

        def look() -> Ephemeral | None:
            for seen in self._slack.state.ephemerals[self.id]:
                if (fits in full_text(seen)) if isinstance(fits, str) else fits(seen):
                    return seen
            return None

        return await self._slack.changes.wait_for(
            ("screen", self.id),
            look,
            limit=limit,
            what=lambda: (
                f"an ephemeral message to {self.name}; there are {[e.text for e in self.ephemerals]}"
            ),
        )
