"""One workspace's entries are a chain of their own, which an exported file proves alone."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest

from countersign.approvals.audit import Anchor, ChainedEntry, EntryHasher, FindingKind, LedgerEntry
from countersign.approvals.audit.export import Exporter, ExportFormat
from countersign.approvals.audit.exported_file import ExportNotUnderstood, read_export
from countersign.approvals.audit.workspace_chain import WorkspaceAnchors, WorkspaceChain
from countersign.commands.audit.verification import verify_file
from tests.approvals.audit.chains import chain, entry

HASHER = EntryHasher()
OTHERS_SECRET = "what T2 asked"


def of(team: str, number: int) -> LedgerEntry:
    detail = '"{}"'.format(OTHERS_SECRET if team == "T2" else f"Zoë's №{number}")
    return entry(number, thread_id=f"{team}/C1/1.0", detail=detail)


@pytest.fixture
def ledger() -> list[ChainedEntry]:
    """Six sealed entries of two workspaces, and one of the first that is not sealed yet."""
    return chain(
        [of(team, number) for number, team in enumerate(["T1", "T2", "T1", "T2", "T2", "T1", "T1"])],
        HASHER,
        sealed=6,
    )


def own_chain(ledger: Sequence[ChainedEntry], team: str = "T1") -> list[ChainedEntry]:
    own = WorkspaceChain()
    return [own.take(row) for row in ledger if row.entry is not None and row.entry.workspace == team]


def head(rows: Sequence[ChainedEntry], team: str = "T1") -> Anchor:
    last = [row for row in rows if row.position is not None][-1]
    assert last.position is not None
    assert last.link is not None
    return Anchor(position=last.position, link=last.link, workspace=team)


def exported(rows: Sequence[ChainedEntry], form: ExportFormat = ExportFormat.JSONL) -> list[str]:
    exporter = Exporter(form)
    return [exporter.line(row) for row in rows]


def verified(tmp_path: Path, lines: Sequence[str], *anchors: Anchor, workspace: str | None = "T1") -> int:
    path = tmp_path / "export.jsonl"
    path.write_text("".join(lines))
    return verify_file(path, HASHER, anchors, workspace)


@pytest.mark.parametrize("form", [ExportFormat.JSONL, ExportFormat.OCSF])
def test_a_workspaces_export_is_verified_from_the_file_alone(
    ledger: list[ChainedEntry], tmp_path: Path, capsys: pytest.CaptureFixture[str], form: ExportFormat
) -> None:
    rows = own_chain(ledger)
    lines = exported(rows, form)
    assert OTHERS_SECRET not in "".join(lines)
    assert "T2" not in "".join(lines)
    assert verified(tmp_path, lines, head(rows)) == 0
    said = capsys.readouterr().out
    assert f"3 entries are as they were written; 1 more are not sealed yet.\nThe head is {head(rows)}" in said
    assert "1 anchor fits" in said


def test_positions_of_a_workspace_say_nothing_of_others(ledger: list[ChainedEntry]) -> None:
    assert [row.position for row in own_chain(ledger)] == [1, 2, 3, None]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: lines[:1] + lines[2:], "cut: Entry 2 is missing"),
        (lambda lines: lines[:2], "cut: The chain of T1 ends at its entry 2, and entry 3 was anchored"),
        (lambda lines: [lines[0].replace("№0", "№9"), *lines[1:]], "changed: Entry 1 "),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "cut: Entry 1 is missing"),
        (
            lambda lines: [*lines[:2], lines[2].replace("T1/C1", "T2/C1")],
            "added: Entry 3 is of T2, not of T1",
        ),
    ],
)
def test_what_was_done_to_the_file_is_named(
    ledger: list[ChainedEntry],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: object,
    said: str,
) -> None:
    rows = own_chain(ledger)[:3]
    assert callable(change)
    assert verified(tmp_path, change(exported(rows)), head(rows)) == 1
    assert said in capsys.readouterr().out


def test_an_entry_left_out_before_the_chain_was_made_again_does_not_fit_the_anchor(
    ledger: list[ChainedEntry], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever owns the database can say that an entry never was; the workspace's own anchor shows it."""
    anchor = head(own_chain(ledger))
    without = own_chain([row for row in ledger if row.position != 3])
    assert verified(tmp_path, exported(without), anchor) == 1
    assert "The chain of T1 ends at its entry 2" in capsys.readouterr().out


def test_the_whole_ledger_is_compared_with_anchors_of_workspaces(ledger: list[ChainedEntry]) -> None:
    right, wrong = head(own_chain(ledger)), Anchor(position=2, link="0" * 64, workspace="T2")
    assert [WorkspaceAnchors([right]).take(row) for row in ledger] == [None] * 7
    findings = [each for each in map(WorkspaceAnchors([right, wrong]).take, ledger) if each is not None]
    assert [(each.kind, each.position) for each in findings] == [(FindingKind.CHANGED, 2)]


def test_a_whole_export_is_verified_from_the_file_too(
    ledger: list[ChainedEntry], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    end = head(ledger, "-")
    shared = Anchor(position=end.position, link=end.link)
    assert verified(tmp_path, exported(ledger), shared, head(own_chain(ledger)), workspace=None) == 0
    assert "2 anchors fit" in capsys.readouterr().out


@pytest.mark.parametrize("line", ["", "null", "{}", "[1]", "not JSON", '{"position": 1}', "[" * 100_000])
def test_what_is_no_export_is_refused_with_the_number_of_the_line(line: str) -> None:
    if not line:
        assert list(read_export(io.StringIO("\n\n"))) == []
        return
    with pytest.raises(ExportNotUnderstood, match="Line 2 "):
        list(read_export(io.StringIO(f"\n{line}\n")))
