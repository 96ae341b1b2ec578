"""The faults that can be set from the page, each with a title and a description."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from slack_local.fault_injection import ApiFault, DeliveryFault
from slack_local.model.records import JsonObject
from slack_local.model.slack import Slack
from slack_local.page.request import BadRequestError, PageRequest
from slack_local.transport.socket_mode import SocketMode

PAST_THE_TRIGGER = 3.2  # seconds; a trigger expires after three


@dataclass(frozen=True, kw_only=True)
class FaultPreset:
    """A fault as the page offers it: its title, what happens, and what injects it."""

    title: str
    what: str
    inject: Callable[[Slack, SocketMode | None], None]


def _delivery(fault: DeliveryFault, name: str = "*", seconds: float = 1.0) -> Callable[[Slack, object], None]:
    return lambda slack, _: _ignore(slack.faults.on_delivery(name, fault, seconds=seconds))


def _call(fault: ApiFault, method: str, seconds: float = 1.0) -> Callable[[Slack, object], None]:
    return lambda slack, _: _ignore(slack.faults.on_call(method, fault, seconds=seconds))


def _ignore(_: object) -> None:
    return None


def _cut(_: Slack, socket: SocketMode | None) -> None:
    if socket is None or not socket.connections:
        raise BadRequestError("no socket is open: the bot is not connected, or is reached over HTTP")
    socket.cut()


FAULT_PRESETS: Mapping[str, FaultPreset] = {
    "deliver_twice": FaultPreset(
        title="Deliver twice",
        what="The next event or click reaches the bot two times.",
        inject=_delivery(DeliveryFault.TWICE),
    ),
    "lose_ack": FaultPreset(
        title="Lose the acknowledgement",
        what="The bot answers the next event or click, but Slack never hears it; events come again.",
        inject=_delivery(DeliveryFault.LOSE_ACK),
    ),
    "delay_delivery": FaultPreset(
        title="Deliver late",
        what="The next event or click arrives two seconds late.",
        inject=_delivery(DeliveryFault.DELAY, seconds=2.0),
    ),
    "expire_trigger": FaultPreset(
        title="Expire a trigger",
        what="The next click arrives when its trigger is already too old to open a form.",
        inject=_delivery(DeliveryFault.DELAY, "block_actions", PAST_THE_TRIGGER),
    ),
    "rate_limited": FaultPreset(
        title="429 on a post",
        what="The next chat.postMessage is refused with Retry-After: 2.",
        inject=_call(ApiFault.RATE_LIMITED, "chat.postMessage", 2.0),
    ),
    "server_error": FaultPreset(
        title="500 on a post",
        what="The next chat.postMessage fails with 500 and is not done.",
        inject=_call(ApiFault.SERVER_ERROR, "chat.postMessage"),
    ),
    "drop_after": FaultPreset(
        title="Drop after the post",
        what="The next chat.postMessage is done, and the connection breaks before the answer.",
        inject=_call(ApiFault.DROP_AFTER, "chat.postMessage"),
    ),
    "update_fails": FaultPreset(
        title="500 on an update",
        what="The next chat.update fails: a decided card keeps its buttons for a moment.",
        inject=_call(ApiFault.SERVER_ERROR, "chat.update"),
    ),
    "close_socket": FaultPreset(
        title="Close the socket", what="Every Socket Mode connection breaks now.", inject=_cut
    ),
}


def state(slack: Slack) -> JsonObject:
    """The faults that are set, and the presets."""
    faults = slack.faults
    waiting = [f"{rule.fault} on {rule.name}, {rule.times}×" for rule in faults.deliveries]
    waiting += [f"{rule.fault} on {rule.method}, {rule.times}×" for rule in faults.api]
    return {
        "kinds": [{"name": n, "title": k.title, "what": k.what} for n, k in FAULT_PRESETS.items()],
        "waiting": waiting,
        "latency": faults.latency,
        "rate_limits": faults.rate_limits,
        "ahead": slack.clock.ahead,
    }


def inject(slack: Slack, socket: SocketMode | None, request: PageRequest) -> None:
    """Inject one fault (`kind`), or set the constant ones (`latency` in seconds, `rate_limits`)."""
    if kind := request.maybe("kind"):
        if kind not in FAULT_PRESETS:
            raise BadRequestError(f"there is no fault called {kind}")
        FAULT_PRESETS[kind].inject(slack, socket)
    if request.any("latency") is not None:
        slack.faults.latency = request.number("latency", 0, 10)
    if request.any("rate_limits") is not None:
        slack.faults.rate_limits = request.flag("rate_limits")
    if request.flag("clear"):
        slack.faults.clear()
