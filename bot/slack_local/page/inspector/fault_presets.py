"""Trouble from the page: each kind under a name that a person understands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from slack_local.fault_injection import ApiFault, DeliveryFault
from slack_local.model.records import Obj
from slack_local.model.slack import Slack
from slack_local.page.arguments import BadRequestError, Given
from slack_local.transport.socket_mode import SocketMode

PAST_THE_TRIGGER = 3.2  # seconds; a trigger lives for three


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of trouble: what it is called, what happens, and what sets it."""

    title: str
    what: str
    on: Callable[[Slack, SocketMode | None], None]


def _delivery(fault: DeliveryFault, name: str = "*", seconds: float = 1.0) -> Callable[[Slack, object], None]:
    return lambda slack, _: _ignore(slack.trouble.on_delivery(name, fault, seconds=seconds))


def _call(fault: ApiFault, method: str, seconds: float = 1.0) -> Callable[[Slack, object], None]:
    return lambda slack, _: _ignore(slack.trouble.on_call(method, fault, seconds=seconds))


def _ignore(_: object) -> None:
    return None


def _cut(_: Slack, socket: SocketMode | None) -> None:
    if socket is None or not socket.connections:
        raise BadRequestError("no socket is open: the bot is not connected, or is reached over HTTP")
    socket.cut()


KINDS: Mapping[str, Kind] = {
    "deliver_twice": Kind(
        title="Deliver twice",
        what="The next event or click reaches the bot two times.",
        on=_delivery(DeliveryFault.TWICE),
    ),
    "lose_ack": Kind(
        title="Lose the acknowledgement",
        what="The bot answers the next event or click, but Slack never hears it; events come again.",
        on=_delivery(DeliveryFault.LOSE_ACK),
    ),
    "delay_delivery": Kind(
        title="Deliver late",
        what="The next event or click arrives two seconds late.",
        on=_delivery(DeliveryFault.DELAY, seconds=2.0),
    ),
    "expire_trigger": Kind(
        title="Expire a trigger",
        what="The next click arrives when its trigger is already too old to open a form.",
        on=_delivery(DeliveryFault.DELAY, "block_actions", PAST_THE_TRIGGER),
    ),
    "rate_limited": Kind(
        title="429 on a post",
        what="The next chat.postMessage is refused with Retry-After: 2.",
        on=_call(ApiFault.RATE_LIMITED, "chat.postMessage", 2.0),
    ),
    "server_error": Kind(
        title="500 on a post",
        what="The next chat.postMessage fails with 500 and is not done.",
        on=_call(ApiFault.SERVER_ERROR, "chat.postMessage"),
    ),
    "drop_after": Kind(
        title="Drop after the post",
        what="The next chat.postMessage is done, and the connection breaks before the answer.",
        on=_call(ApiFault.DROP_AFTER, "chat.postMessage"),
    ),
    "update_fails": Kind(
        title="500 on an update",
        what="The next chat.update fails: a decided card keeps its buttons for a moment.",
        on=_call(ApiFault.SERVER_ERROR, "chat.update"),
    ),
    "close_socket": Kind(title="Close the socket", what="Every Socket Mode connection breaks now.", on=_cut),
}


def state(slack: Slack) -> Obj:
    """What is set now, with what can be set."""
    trouble = slack.trouble
    waiting = [f"{rule.fault} on {rule.name}, {rule.times}×" for rule in trouble.deliveries]
    waiting += [f"{rule.fault} on {rule.method}, {rule.times}×" for rule in trouble.api]
    return {
        "kinds": [{"name": n, "title": k.title, "what": k.what} for n, k in KINDS.items()],
        "waiting": waiting,
        "latency": trouble.latency,
        "rate_limits": trouble.rate_limits,
        "ahead": slack.clock.ahead,
    }


def cause(slack: Slack, socket: SocketMode | None, given: Given) -> None:
    """Set one kind of trouble (`kind`), or the standing ones (`latency` in seconds, `rate_limits`)."""
    if kind := given.maybe("kind"):
        if kind not in KINDS:
            raise BadRequestError(f"there is no trouble called {kind}")
        KINDS[kind].on(slack, socket)
    if given.any("latency") is not None:
        slack.trouble.latency = given.number("latency", 0, 10)
    if given.any("rate_limits") is not None:
        slack.trouble.rate_limits = given.flag("rate_limits")
    if given.flag("clear"):
        slack.trouble.clear()
