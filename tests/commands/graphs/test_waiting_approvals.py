"""`countersign graphs --check`: whether new code takes the answers that approvals wait for."""

from pathlib import Path

import pytest
from langgraph.graph import START, StateGraph

from tests.commands.graphs.project import State, ask, deploy, run
from tests.support.harness import a_thread, open_harness


async def test_code_that_takes_all_that_waits_is_well(project: Path, database_url: str) -> None:
    await ask(database_url)
    deploy(project)
    code, told = run(project, "--check", url=database_url)
    assert (code, told) == (0, "1 approvals wait; the code could not take the answer to 0 of them.\n")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "pays"}, "the graph pay is not configured any more"),
        ({"node": "ask"}, "the graph pay has no node review any more"),
        (
            {"test": "approved == 'yes'"},
            'its card takes true | false, and the code of review takes "yes"',
        ),
        ({"test": "open(approved)"}, "its card takes true | false, and the code of review takes unknown"),
    ],
)
async def test_an_approval_that_the_new_code_could_not_take_is_listed(
    project: Path, database_url: str, change: dict[str, str], said: str
) -> None:
    approval = await ask(database_url)
    deploy(project, **change)
    code, told = run(project, "--check", url=database_url)
    assert code == 1
    assert said in told
    assert approval in told
    assert told.endswith("1 approvals wait; the code could not take the answer to 1 of them.\n")


async def test_a_question_that_is_worded_anew_is_listed(project: Path, database_url: str) -> None:
    await ask(database_url)
    deploy(project)
    text = (project / "pay.py").read_text()
    (project / "pay.py").write_text(text.replace('"Pay?"', '"Shall it be paid?"'))
    code, told = run(project, "--check", url=database_url)
    assert code == 1
    assert "the code of review takes unknown" in told


def test_a_database_that_no_bot_has_used_is_left_alone(project: Path, empty_database_url: str) -> None:
    deploy(project)
    for _ in range(2):  # the first time must not make tables for the second
        code, told = run(project, "--check", url=empty_database_url)
        assert (code, told) == (0, "0 approvals wait; the code could not take the answer to 0 of them.\n")


def test_a_database_that_is_away_is_an_error(project: Path) -> None:
    deploy(project)
    code, told = run(project, "--check", url="postgresql://nobody@127.0.0.1:9/none")
    assert code == 1
    assert told.startswith("countersign: ")
    assert "Traceback" not in told


async def test_a_breakpoint_that_the_new_code_has_not_is_listed(project: Path, database_url: str) -> None:
    builder = StateGraph(State)
    builder.add_node("review", lambda _state: {"outcome": "paid"})
    builder.add_edge(START, "review")
    async with open_harness(database_url, {"pay": builder.compile(interrupt_before=["review"])}) as harness:
        await harness.say(a_thread(), "five")
    deploy(project)
    code, told = run(project, "--check", url=database_url)
    assert code == 1
    assert "the graph pay has no breakpoint there any more" in told

    text = (project / "pay.py").read_text()
    (project / "pay.py").write_text(text.replace("compile()", "compile(interrupt_before='*')"))
    code, told = run(project, "--check", url=database_url)
    assert (code, told) == (0, "1 approvals wait; the code could not take the answer to 0 of them.\n")
