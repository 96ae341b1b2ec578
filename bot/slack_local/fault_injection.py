"""Fault injection: faults that a test or the page asks for, each for a counted number of times."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Literal, TypeVar


class ApiFault(StrEnum):
    RATE_LIMITED = "rate_limited"  # 429 with Retry-After; not done
    SERVER_ERROR = "server_error"  # 500 with a body that is not JSON; not done
    ERROR = "error"  # `ok: false` with the error that the rule names; not done
    HANG = "hang"  # no answer for `seconds`; not done
    DELAY = "delay"  # `seconds` late, then as usual
    DROP = "drop"  # the connection closes before anything is done
    DROP_AFTER = "drop_after"  # the connection closes after it is done: the caller cannot know


class DeliveryFault(StrEnum):
    TWICE = "twice"  # the same event or interaction arrives a second time
    LOSE_ACK = "lose_ack"  # it arrives, but its acknowledgement is taken as never having come
    DELAY = "delay"  # it is sent `seconds` late
    LOSE = "lose"  # this attempt never reaches the bot


@dataclass(kw_only=True)
class ApiFaultRule:
    """A fault for the next `times` calls of `method` (a name or a pattern), after letting `skip` pass."""

    fault: ApiFault
    method: str = "*"
    times: int = 1
    skip: int = 0
    seconds: float = 1.0  # Retry-After, or how long to hang or delay
    error: str = "internal_error"


@dataclass(kw_only=True)
class DeliveryFaultRule:
    """A fault for the next `times` deliveries of `name` (an event or interaction type, or a pattern)."""

    fault: DeliveryFault
    name: str = "*"
    times: int = 1
    skip: int = 0
    seconds: float = 1.0


@dataclass
class Faults:
    """The faults that are set, and the constant ones: latency, rate limits, the mention events' order."""

    api: list[ApiFaultRule] = field(default_factory=list)
    deliveries: list[DeliveryFaultRule] = field(default_factory=list)
    latency: float = 0.0  # seconds added to every Web API call
    rate_limits: bool = False  # one post per second and channel, and Slack's other documented rates
    mention_order: Literal["mention_first", "message_first"] = "mention_first"
    _windows: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))

    def on_call(self, method: str, fault: ApiFault, *, times: int = 1, **more: object) -> ApiFaultRule:
        """Set a fault for Web API calls; `more` are the other fields of `ApiFaultRule`."""
        rule = ApiFaultRule(fault=fault, method=method, times=times, **more)  # type: ignore[arg-type]  # fields
        self.api.append(rule)
        return rule

    def on_delivery(
        self, name: str, fault: DeliveryFault, *, times: int = 1, **more: object
    ) -> DeliveryFaultRule:
        """Set a fault for deliveries; `more` are the other fields of `DeliveryFaultRule`."""
        rule = DeliveryFaultRule(fault=fault, name=name, times=times, **more)  # type: ignore[arg-type]  # fields
        self.deliveries.append(rule)
        return rule

    def clear(self) -> None:
        """Remove every fault and every constant one."""
        self.api.clear()
        self.deliveries.clear()
        self.latency, self.rate_limits, self.mention_order = 0.0, False, "mention_first"

    def next_for_call(self, method: str) -> ApiFaultRule | None:
        """The fault that this call gets, if any; using it up."""
        return _take(self.api, lambda rule: fnmatchcase(method, rule.method))

    def next_for_delivery(self, name: str) -> DeliveryFaultRule | None:
        """The fault that this delivery gets, if any; using it up."""
        return _take(self.deliveries, lambda rule: fnmatchcase(name, rule.name))

    def must_wait(self, method: str, channel: str, now: float) -> int | None:
        """Seconds to wait under Slack's rate limits, or None; counts the call if it may go through."""
        if not self.rate_limits:
            return None
        allowed, per = RATES.get(method, (50, 60.0))
        window = self._windows[(method, channel if method == "chat.postMessage" else "")]
        while window and window[0] <= now - per:
            window.pop(0)
        if len(window) >= allowed:
            return max(1, round(window[0] + per - now))
        window.append(now)
        return None


R = TypeVar("R", ApiFaultRule, DeliveryFaultRule)

RATES: dict[str, tuple[int, float]] = {
    "chat.postMessage": (1, 1.0),
    "chat.update": (50, 60.0),
    "chat.startStream": (20, 60.0),
    "chat.stopStream": (20, 60.0),
    "chat.appendStream": (100, 60.0),
    "conversations.list": (20, 60.0),
    "users.list": (20, 60.0),
    "views.open": (100, 60.0),
    "views.push": (100, 60.0),
    "views.update": (100, 60.0),
    "views.publish": (100, 60.0),
    "auth.test": (100, 60.0),
    "chat.postEphemeral": (100, 60.0),
}
"""Calls allowed per number of seconds (docs.slack.dev/apis/web-api/rate-limits)."""


def _take(rules: list[R], fits: Callable[[R], bool]) -> R | None:
    for rule in rules:
        if not fits(rule):
            continue
        if rule.skip > 0:
            rule.skip -= 1
            continue
        rule.times -= 1
        if rule.times <= 0:
            rules.remove(rule)
        return rule
    return None
