"""The profile's samples are counted for whoever called the code that ran."""

from benchmarks.profile import NOBODY, read, shares

SITE = "/venv/lib/python3.11/site-packages"
LOOP = "run (/bot/countersign/runtime.py:27);Runner.run (/usr/lib/python3.11/asyncio/runners.py:118)"
STATEMENT = f"execute ({SITE}/psycopg/cursor_async.py:90);wait ({SITE}/psycopg/waiting.py:262)"
SAMPLES = [  # innermost last, as py-spy writes them
    f"{LOOP};save (/bot/countersign/store/threads/thread_store.py:1);{STATEMENT} 5",
    f"{LOOP};run (/bot/countersign/runs/graph.py:3);aput ({SITE}/langgraph/pregel/loop.py:4);{STATEMENT} 3",
    f"{LOOP};decide (/bot/countersign/flow/decide.py:1);dumps (/usr/lib/python3.11/json/encoder.py:9) 1",
    f"{LOOP} 1",
    "",
]


def test_a_sample_counts_for_the_room_that_called_the_code() -> None:
    found = read(SAMPLES)
    assert found.parts == {
        "the store: approvals, ledger, threads, outbox": 5,
        "the engine: LangGraph, LangChain, the graph": 3,
        "the use cases and the rest of ours": 1,
        NOBODY: 1,
    }
    assert found.statements.total() == 8


def test_shares_add_up() -> None:
    lines = shares(read(SAMPLES)).splitlines()
    assert lines[2] == "| the store: approvals, ledger, threads, outbox | 50% | 50% |"
    assert lines[-1] == "| all of it, 10 samples | 100% | 80% |"
