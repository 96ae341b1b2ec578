"""What a policy costs a decision: an approval's whole way, without a policy and under one of 100 rules.

    python -m benchmarks.policy [--approvals 400] [--rules 100]

A real database, queue and engine, no Slack: the message, the rule for its action, the card's row, a vote, and
the graph's answer. With and without take turns, so that what else the machine does falls on both. Whoever
asked decides: another person's decision would be told to them in the thread, which is a message more.
"""

import argparse
import asyncio
import logging
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from benchmarks.figures import spread
from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.clock.freeze_calendar import BadCalendar
from countersign.approvals.policy.policy import NO_POLICY, Policy
from countersign.approvals.policy.reading import read_policy
from tests.flow.graphs.graphs_to_host import gated
from tests.support.harness import Harness, a_thread, open_harness
from tests.support.postgres.databases import database, migrated_template, server

TARGET = 1.0  # milliseconds that a decision may cost more
BLOCKS = 8  # of approvals, each with a figure of its own
_TRIMMED = 0.2  # of a block's differences at either end: something else ran meanwhile


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Of one approval, in milliseconds of this process's processor time."""

    asking: float  # from the message to the card, where its rule is found
    deciding: float  # the vote, and the graph's answer

    @property
    def whole(self) -> float:
        return self.asking + self.deciding

    def less(self, other: "Figures") -> "Figures":
        return Figures(asking=self.asking - other.asking, deciding=self.deciding - other.deciding)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One block: its median without a policy, and by what the pairs differ, without their extremes."""

    without: float
    more: float
    deciding_more: float

    @property
    def ratio(self) -> float:
        return (self.without + self.more) / self.without


def hundred_rules(count: int) -> Policy:
    """Rules that all look at the arguments, of which only the last one matches."""
    text = "".join(
        f'[[rule]]\nname = "r{number}"\ngraph = ["other*", "gated"]\nchannel = "C*"\n'
        f"when = \"has(args.amount) && args.amount > {number} && requester.id != ''\"\n"
        f'approvers = [{{group = "@g{number}"}}]\n'
        for number in range(count - 1)
    )
    last = '[[rule]]\nname = "last"\napprovers = [{group = "@approvers"}]\n'

    def no_calendar(path: str) -> str:
        raise BadCalendar(path)

    return read_policy(text + last, no_calendar)


async def one(harness: Harness, policy: Policy) -> Figures:
    """One approval under this policy, from its message to its answer."""
    harness.policy.policy = policy
    thread = a_thread()
    began = time.process_time()
    await harness.say(thread, "gated: deploy", user="UBOB")
    card = await harness.the_card(thread)
    asked = time.process_time()
    decided = await harness.vote(card, DecisionKind.APPROVE, user="UBOB")
    await harness.run_thread(thread.id)
    ended = time.process_time()
    assert bool(decided.rules) == (policy != NO_POLICY), "the policy did not take part"
    return Figures(asking=(asked - began) * 1000, deciding=(ended - asked) * 1000)


def trimmed_mean(values: Sequence[float]) -> float:
    ordered = sorted(values)
    left_out = int(len(ordered) * _TRIMMED)
    return statistics.fmean(ordered[left_out : len(ordered) - left_out])


def only_warnings() -> None:
    """Keep what a bot logs of every approval out of the figures: printed here, it costs more than there."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


async def measure(url: str, approvals: int, rules: int) -> list[Comparison]:
    """A comparison for each block of approvals."""
    only_warnings()
    policy = hundred_rules(rules)
    async with open_harness(url, {"gated": gated()}) as harness:
        harness.directory.groups = {"@approvers": {"UBOB"}}
        for _ in range(10):
            await one(harness, NO_POLICY)
            await one(harness, policy)
        return [await _block(harness, policy, approvals // BLOCKS) for _ in range(BLOCKS)]


async def _block(harness: Harness, policy: Policy, approvals: int) -> Comparison:
    without: list[Figures] = []
    differences: list[Figures] = []
    for number in range(approvals):
        found = {}
        for governed in (False, True) if number % 2 else (True, False):
            found[governed] = await one(harness, policy if governed else NO_POLICY)
        without.append(found[False])
        differences.append(found[True].less(found[False]))
    return Comparison(
        without=statistics.median(each.whole for each in without),
        more=trimmed_mean([each.whole for each in differences]),
        deciding_more=trimmed_mean([each.deciding for each in differences]),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--approvals", type=int, default=400)
    parser.add_argument("--rules", type=int, default=100)
    given = parser.parse_args()
    with (
        server() as server_url,
        migrated_template(server_url) as template,
        database(server_url, template=template) as url,
    ):
        found = asyncio.run(measure(url, given.approvals, given.rules))
    more = spread([each.more for each in found])
    print(f"without: {spread([each.without for each in found])} ms of processor time")
    print(f"under {given.rules} rules: {more} ms more, a ratio of {spread([each.ratio for each in found])}")
    deciding = spread([each.deciding_more for each in found])
    print(f"of these the vote and the answer: {deciding} ms: ", end="")
    print("met" if deciding.middle < TARGET and more.middle < TARGET else "missed")


if __name__ == "__main__":
    main()
