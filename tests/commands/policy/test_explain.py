"""`countersign policy explain`: which rule an action gets, what it asks for, and who could decide."""

from pathlib import Path

import pytest

from tests.commands.policy.conftest import CALENDAR, EXPLAIN, GOOD, OWN_RULES, policy


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    Path("approvals.toml").write_text(GOOD)
    assert policy(*EXPLAIN, "--args", '{"amount": 1500}', "--requester", "U1") == 0
    out = capsys.readouterr().out
    assert "line 2 “large”: MATCHES, args.amount > 1000 is true" in out
    assert "approvers: one of @finance and one of @leads" in out


def test_explain_finds_that_a_condition_fails(capsys: pytest.CaptureFixture[str]) -> None:
    Path("approvals.toml").write_text(GOOD)
    assert policy(*EXPLAIN) == 1
    assert "Key not found" in capsys.readouterr().err


def test_explain_knows_groups_that_are_given(capsys: pytest.CaptureFixture[str]) -> None:
    Path("approvals.toml").write_text('[[rule]]\nname = "sales"\nrequester = "@sales"\n')
    assert policy(*EXPLAIN, "--requester", "U1", "--group", "sales") == 0
    assert "“sales”: MATCHES" in capsys.readouterr().out


SIMULATED = [
    *EXPLAIN, "--args", '{"amount": 1500}', "--requester", "UALICE",
    "--member", "@finance=UALICE,UBOB", "--member", "@leads=ULEA,UBOB",
]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--vote", "UBOB"], ["UBOB approved", "then it waits; still needed: one of @finance or @leads"]),
        (
            ["--vote", "UBOB", "--vote", "ULEA"],
            ["UBOB approved", "ULEA approved", "then it is approved"],
        ),
        (
            ["--vote", "UCAROL", "--vote", "ULEA", "--delegate", "UBOB=UCAROL"],
            ["UCAROL approved for UBOB, who is away", "ULEA approved", "then it is approved"],
        ),
        (
            ["--vote", "UCAROL", "--vote", "ULEA", "--delegate", "UBOB=UCAROL:@leads"],
            [
                "UCAROL approved for UBOB, who is away",
                "ULEA approved",
                "still needed: one of @finance",
            ],
        ),
        (
            ["--vote", "UCAROL", "--delegate", "UALICE=UCAROL"],
            ["UCAROL can't decide, and reads: You decide for UALICE, who asked for this or edited it."],
        ),
        (["--vote", "UALICE"], ["UALICE can't decide, and reads: You asked for this"]),
        (["--vote", "UEVE"], ["UEVE can't decide, and reads: Only @finance and @leads can decide this."]),
        (["--vote", "UBOB=reject"], ["UBOB rejected", "then it is rejected"]),
        (["--member", "@leads="], ["nobody can fill @leads: it has no members"]),
    ],
)
def test_explain_counts_votes_and_delegations(
    arguments: list[str], said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("approvals.toml").write_text(
        GOOD.replace("approvers = [", "requester_may_decide = false\napprovers = [", 1)
    )
    assert policy(*SIMULATED, *arguments) == 0
    out = capsys.readouterr().out.partition("with these people and votes:\n")[2]
    for line in said:
        assert line in out


def test_explain_says_of_whom_it_was_told_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("approvals.toml").write_text(GOOD)
    assert policy(*EXPLAIN, "--args", '{"amount": 1500}', "--vote", "UBOB") == 0
    assert "nobody can fill @finance: no --member says who they are" in capsys.readouterr().out


def test_explain_takes_the_rules_of_the_workspace_that_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    Path("approvals.toml").write_text(OWN_RULES)
    assert policy(*EXPLAIN, "--workspace", "T0SECOND01") == 0
    assert "“all”: MATCHES" in capsys.readouterr().out
    assert policy(*EXPLAIN, "--args", '{"amount": 5}', "--workspace", "T0OTHER001") == 0
    assert "“refunds”: MATCHES" in capsys.readouterr().out


def test_explain_simulates_the_freeze_of_a_moment(capsys: pytest.CaptureFixture[str]) -> None:
    event = (
        "BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\nSUMMARY:Christmas\n"
        "DTSTART:20261224T000000Z\nDTEND:20261227T000000Z\nEND:VEVENT\n"
    )
    Path("f.ics").write_text(CALENDAR.replace("END:VCALENDAR", f"{event}END:VCALENDAR"))
    Path("approvals.toml").write_text(
        '[[rule]]\nname = "r"\nfreeze = "f.ics"\nbreak_glass = [{users = ["U0BOSS"]}]\n'
    )
    votes = ["--vote", "U0BOB", "--vote", "U0BOSS"]
    assert policy(*EXPLAIN, "--at", "2026-12-25T10:00", *votes) == 0
    out = capsys.readouterr().out
    assert "at 2026-12-25 10:00 UTC a freeze is on until 2026-12-27 00:00 UTC (Christmas)" in out
    assert "U0BOB can't decide, and reads: A freeze is on until 2026-12-27 00:00 UTC (Christmas)." in out
    assert "U0BOSS approved" in out
    assert policy(*EXPLAIN, "--at", "2026-12-28", *votes[:2]) == 0
    out = capsys.readouterr().out
    assert "a freeze is on" not in out
    assert "then it is approved" in out
    assert policy(*EXPLAIN, "--at", "tomorrow") == 2
