"""`countersign audit`: what it prints and how it exits."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from countersign.__main__ import main
from countersign.approvals.approval import Approval
from countersign.approvals.audit import EntryHasher
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.store.approvals.ledger import Ledger
from tests.approvals.policy.policies import a_policy
from tests.flow.graphs.asking_graphs import refunds
from tests.flow.graphs.prepared_graphs import everything_prepared
from tests.store.approvals.conftest import as_owner
from tests.support.harness import Harness, a_thread, open_harness

TWO_OTHERS = """
[[rule]]
name = "two"
approvers = [{group = "@finance", count = 2}]
requester_may_decide = false
"""


@pytest.fixture
async def harness(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Harness]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    async with open_harness(database_url, everything_prepared()) as opened:
        yield opened


@pytest.fixture
async def approval(harness: Harness) -> Approval:
    """A decided approval whose entries are sealed."""
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    await harness.answer(card, DecisionKind.APPROVE)
    await Ledger(harness.pool, EntryHasher()).seal()
    return card


async def audit(*arguments: str) -> int:
    return await asyncio.to_thread(main, ["audit", *arguments])


@pytest.mark.usefixtures("approval")
async def test_an_untouched_ledger_verifies_and_says_what_that_rests_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await audit("verify") == 0

    said = capsys.readouterr().out
    assert "4 entries are as they were written" in said
    assert "without one, a cut tail or an older backup does not show" in said


@pytest.mark.usefixtures("approval")
async def test_a_changed_entry_is_named_and_the_exit_code_is_1(
    harness: Harness, capsys: pytest.CaptureFixture[str]
) -> None:
    await as_owner(harness, "UPDATE countersign.ledger SET actor_name = 'M' WHERE event = 'decided'")

    assert await audit("verify") == 1
    assert "changed: Entry 3 (decided of " in capsys.readouterr().out


@pytest.mark.usefixtures("approval")
async def test_an_anchor_is_compared(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    await audit("verify")
    head = next(word for word in capsys.readouterr().out.split() if word.startswith("4:"))
    anchors = tmp_path / "anchors.txt"
    anchors.write_text(f"2026-03-01T09:30:00Z {head}\n")

    assert await audit("verify", "--anchors", str(anchors)) == 0
    assert "1 anchor fits" in capsys.readouterr().out
    assert await audit("verify", "--anchor", f"9:{'0' * 64}") == 1
    assert "the end was cut off" in capsys.readouterr().out


async def test_the_record_of_one_approval_is_readable_on_its_own(
    approval: Approval, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await audit("show", str(approval.id)) == 0

    record = json.loads(capsys.readouterr().out)
    assert [entry["event"] for entry in record["entries"]] == ["opened", "shown", "decided", "resumed"]
    assert record["entries"][2]["actor"]["id"] == "UBOB"
    assert all(entry["hash_fits"] for entry in record["entries"])


async def test_the_record_says_in_words_what_happened_and_what_was_agreed_to(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of two approvals, the last is of somebody else's edit: the record has what was approved."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    edited: Json = {"amount": 900, "to": "Ann"}
    async with open_harness(database_url, {"bank": refunds(1500)}) as harness:
        harness.directory.groups = {"@finance": {"UBOB", "UCAROL", "UDORA"}}
        harness.policy.policy = a_policy(TWO_OTHERS)
        thread = a_thread()
        await harness.say(thread, "refund")
        card = await harness.the_card(thread)
        await harness.vote(card, DecisionKind.EDIT, edited, user="UCAROL")
        for user in ("UBOB", "UDORA"):
            await harness.vote(await harness.the_card(thread), DecisionKind.APPROVE, user=user)
        await harness.run_thread(thread.id)
    capsys.readouterr()

    assert await audit("show", str(card.id), "--format", "text") == 0
    said = capsys.readouterr().out
    assert "udora (UDORA) approved the edit, which decided it\n" in said
    assert "ubob (UBOB) approved; still needed: one of @finance\n" in said
    assert "all as they were written" in said
    assert await audit("show", str(card.id)) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["outcome"]["rows"]["0"]["decided"]["value"] == edited
    assert [line[25:] for line in record["history"]] == [
        line[25:] for line in said.splitlines() if " UTC  " in line
    ]


@pytest.mark.usefixtures("approval")
async def test_exports_have_every_entry(capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("jsonl", "ocsf"):
        assert await audit("export", "--format", form) == 0
        assert len([json.loads(line) for line in capsys.readouterr().out.splitlines()]) == 4
    assert await audit("export", "--format", "csv") == 0
    assert len(list(csv.DictReader(io.StringIO(capsys.readouterr().out)))) == 4
    assert await audit("export", "--since", "2999-01-01") == 0
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("harness")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("show", "no-id"), 2),
        (("export", "--since", "yesterday"), 2),
        (("verify", "--anchor", "12"), 2),
        (("verify", "--anchors", "/nowhere/at-all"), 2),
        (("show", "00000000-0000-4000-8000-000000000000"), 1),
    ],
)
async def test_wrong_usage_is_2_and_nothing_found_is_1(arguments: tuple[str, ...], code: int) -> None:
    assert await audit(*arguments) == code


async def test_what_waits_for_a_review_is_listed_and_the_exit_code_is_1(
    harness: Harness, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await audit("reviews") == 0
    assert "0 decisions by break_glass wait for a review." in capsys.readouterr().out
    harness.policy.policy = a_policy(
        '[[rule]]\nname = "alone"\napprovers = [{group = "@board"}]\nbreak_glass = [{users = ["UBOB"]}]'
    )
    harness.directory.groups["@board"] = set()
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    await harness.decide_row(
        card, Decision(kind=DecisionKind.APPROVE, message="it burns"), channel=card.channel
    )

    assert await audit("reviews") == 1
    said = capsys.readouterr().out
    assert "rule “alone”" in said
    assert "(UBOB) decided alone. Reason: it burns" in said


async def test_a_workspaces_export_has_its_entries_alone_and_is_verified_without_the_database(
    harness: Harness,
    approval: Approval,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ledger = Ledger(harness.pool, EntryHasher())
    other = uuid4()
    await ledger.append(approval_id=other, thread_id="T2/C1/1.0", version=1, event="refused", detail="theirs")
    await ledger.seal()
    capsys.readouterr()

    assert await audit("verify", "--workspace", "T2") == 0
    head = next(word for word in capsys.readouterr().out.split() if word.startswith("T2/1:"))
    assert await audit("export", "--workspace", "T2") == 0
    exported = capsys.readouterr().out
    (entry,) = map(json.loads, exported.splitlines())
    assert (entry["position"], entry["detail"], f"T2/1:{entry['link']}") == (1, "theirs", head)
    assert await audit("show", str(approval.id), "--workspace", "T2") == 1
    assert await audit("show", str(other), "--workspace", "T2") == 0
    assert json.loads(capsys.readouterr().out.partition("\n")[2])["entries"][0]["hash_fits"]

    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/gone")
    file = tmp_path / "export.jsonl"
    file.write_text(exported)
    assert await audit("verify", "--file", str(file), "--workspace", "T2", "--anchor", head) == 0
    assert "1 anchor fits" in capsys.readouterr().out
    file.write_text(exported.replace("theirs", "ours"))
    assert await audit("verify", "--file", str(file), "--workspace", "T2") == 1
    assert "changed: Entry 1 " in capsys.readouterr().out


@pytest.mark.usefixtures("approval")
async def test_an_entry_taken_out_shows_in_the_kept_head_of_its_workspace(
    harness: Harness, capsys: pytest.CaptureFixture[str]
) -> None:
    await as_owner(harness, "DELETE FROM countersign.ledger WHERE event = 'decided'")

    assert await audit("verify", "--workspace", "T1") == 1
    assert "The chain of T1" in capsys.readouterr().out


async def test_a_workspace_is_named_by_its_id() -> None:
    assert await audit("export", "--workspace", "acme") == 2
