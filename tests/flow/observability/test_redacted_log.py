"""What a rule redacts is not in the log either where the graph quotes it."""

import logging
from typing import Any, NotRequired

import pytest
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

from countersign.approvals.decision import DecisionKind
from countersign.log_redaction import hiding, without_hidden
from countersign.logs import configure_logging
from tests.approvals.policy.policies import a_policy
from tests.support.harness import a_thread, open_harness

IBAN = "DE02 1203 0000 0000 2020 51"
POLICY = """
[[rule]]
name = "payments"
action = "pay"
redact = ["/iban"]
"""
bank = logging.getLogger("bank")


class Payment(TypedDict):
    text: str
    approved: NotRequired[bool]


def ask(state: Payment) -> dict[str, Any]:
    call = {"action": "pay", "args": {"iban": IBAN, "amount": 17}}
    return {"approved": interrupt(call) is True}


def again(state: Payment) -> dict[str, Any]:
    interrupt({"action": "tell", "args": {"who": "Ann"}})
    return {}


def pay(state: Payment) -> dict[str, Any]:
    bank.warning("paying to %s", IBAN)
    raise ValueError(f"the bank refused {IBAN} and 17")


def payments(*steps: Any) -> StateGraph[Any, Any, Any, Any]:
    builder: Any = StateGraph(Payment)
    builder.add_sequence(list(steps))
    builder.add_edge(START, steps[0].__name__)
    return builder  # type: ignore[no-any-return]


@pytest.mark.parametrize("steps", [(ask, pay), (ask, again, pay)], ids=["in the run", "in a later run"])
async def test_a_graphs_own_words_are_logged_without_it(
    database_url: str, capsys: pytest.CaptureFixture[str], steps: tuple[Any, ...]
) -> None:
    configure_logging("json")
    async with open_harness(database_url, {"pay": payments(*steps)}) as harness:
        harness.policy.policy = a_policy(POLICY)
        thread = a_thread()
        await harness.say(thread, "pay")
        for _ in steps[1:]:
            await harness.answer(await harness.the_card(thread), DecisionKind.APPROVE)

    logged = capsys.readouterr().err
    assert "the bank refused Redacted and 17" in logged
    assert "paying to Redacted" in logged
    assert IBAN not in logged


async def test_without_such_a_rule_it_is_logged(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("json")
    async with open_harness(database_url, {"pay": payments(ask, pay)}) as harness:
        thread = a_thread()
        await harness.say(thread, "pay")
        await harness.answer(await harness.the_card(thread), DecisionKind.APPROVE)

    assert f"the bank refused {IBAN} and 17" in capsys.readouterr().err


def test_where_the_code_stopped_stays_readable() -> None:
    lines = ['  File "/srv/17/pay.py", line 17, in pay', "    refuse(17)", "ValueError: not 17"]

    with hiding(lambda text: text.replace("17", "Redacted")):
        shown = without_hidden("\n".join(lines))

    assert shown.split("\n") == [lines[0], "    refuse(Redacted)", "ValueError: not Redacted"]
    assert without_hidden("17") == "17", "nothing is hidden outside"
