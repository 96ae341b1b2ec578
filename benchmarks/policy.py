"""What a policy costs a decision: an approval's whole way, without a policy and under one of 100 rules.

    python -m benchmarks.policy [--approvals 200] [--rules 100]

A real database, queue and engine, no Slack: the message, the rule for its action, the card's row, a vote, and
the graph's answer. With and without take turns, so that what else the machine does falls on both.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.clock.freeze_calendar import BadCalendar
from countersign.approvals.policy.policy import NO_POLICY, Policy
from countersign.approvals.policy.reading import read_policy
from tests.flow.graphs_to_host import gated
from tests.support.databases import database, migrated_template, server
from tests.support.harness import Harness, a_thread, open_harness

TARGET = 0.001  # seconds that a decision may cost more


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Medians, in seconds: wall clock and processor time of this process."""

    wall: float
    processor: float


def hundred_rules(count: int) -> Policy:
    """Rules that all look at the arguments, of which only the last one matches."""
    text = "".join(
        f'[[rule]]\nname = "r{number}"\ngraph = ["other*", "gated"]\nchannel = "C*"\n'
        f"when = \"has(args.amount) && args.amount > {number} && requester.id != ''\"\n"
        f'approvers = [{{group = "@g{number}"}}]\n'
        for number in range(count - 1)
    )
    last = '[[rule]]\nname = "last"\napprovers = [{group = "@approvers"}]\nrequester_may_decide = false\n'

    def no_calendar(path: str) -> str:
        raise BadCalendar(path)

    return read_policy(text + last, no_calendar)


async def one(harness: Harness, policy: Policy) -> Figures:
    """One approval under this policy, from its message to its answer."""
    harness.policy.policy = policy
    thread = a_thread()
    wall, processor = time.perf_counter(), time.process_time()
    await harness.say(thread, "gated: deploy")
    card = await harness.the_card(thread)
    decided = await harness.vote(card, DecisionKind.APPROVE, user="UBOB")
    await harness.run_thread(thread.id)
    figures = Figures(wall=time.perf_counter() - wall, processor=time.process_time() - processor)
    assert bool(decided.rules) == (policy != NO_POLICY), "the policy did not take part"
    return figures


def medians(figures: Sequence[Figures]) -> Figures:
    return Figures(
        wall=statistics.median(each.wall for each in figures),
        processor=statistics.median(each.processor for each in figures),
    )


async def measure(url: str, approvals: int, rules: int) -> tuple[Figures, Figures]:
    policy = hundred_rules(rules)
    async with open_harness(url, {"gated": gated()}) as harness:
        harness.directory.groups = {"@approvers": {"UBOB"}}
        for _ in range(10):
            await one(harness, NO_POLICY)
            await one(harness, policy)
        without: list[Figures] = []
        under: list[Figures] = []
        for number in range(approvals):
            for side in (0, 1) if number % 2 else (1, 0):
                found = await one(harness, policy if side else NO_POLICY)
                (under if side else without).append(found)
    return medians(without), medians(under)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--approvals", type=int, default=200)
    parser.add_argument("--rules", type=int, default=100)
    given = parser.parse_args()
    with (
        server() as server_url,
        migrated_template(server_url) as template,
        database(server_url, template=template) as url,
    ):
        without, under = asyncio.run(measure(url, given.approvals, given.rules))
    for name in ("wall", "processor"):
        before, after = getattr(without, name), getattr(under, name)
        verdict = "met" if after - before < TARGET else "missed"
        print(
            f"{name:9} without {before * 1e3:7.2f} ms   under {given.rules} rules {after * 1e3:7.2f} ms   "
            f"more {(after - before) * 1e3:+.2f} ms   ratio {after / before:.3f}   under 1 ms: {verdict}"
        )


if __name__ == "__main__":
    main()
