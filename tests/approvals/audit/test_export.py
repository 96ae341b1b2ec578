"""The ledger as JSON lines, CSV and OCSF."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.audit import ChainedEntry, EntryHasher, verify
from countersign.approvals.audit.chain import GENESIS, next_link
from countersign.approvals.audit.entry import detail_text, timestamp
from countersign.approvals.audit.export import Exporter, ExportFormat
from countersign.approvals.canonical_json import canonical_json
from countersign.approvals.json import Json
from countersign.approvals.ledger import Observation
from countersign.approvals.lifecycle import Event
from tests.approvals.audit.chains import chain, entry


def export(rows: Sequence[ChainedEntry], form: ExportFormat) -> list[str]:
    exporter = Exporter(form)
    return [*filter(None, [exporter.head()]), *(exporter.line(row) for row in rows)]


def test_json_lines_carry_what_it_takes_to_verify_them_again() -> None:
    hasher = EntryHasher()
    rows = chain([entry(n) for n in range(1, 5)], hasher)

    lines = [json.loads(line) for line in export(rows, ExportFormat.JSONL)]

    link = GENESIS
    for line in lines:
        if line["previous"] is not None:
            assert line["previous"] == link
        link = next_link(link, line["position"], line["hash"])
        assert line["link"] == link
    assert link == verify(rows, hasher).head
    assert lines[1]["actor"] == {"id": "UBOB", "name": "Bob"}
    assert lines[1]["at"] == "2026-03-01T09:30:02.000002Z"


def test_csv_has_a_head_and_a_line_per_entry_and_no_formula() -> None:
    rows = chain([entry(1, actor_id="U1", actor_name='=HYPERLINK("x")'), entry(2)], EntryHasher())

    table = list(csv.DictReader(io.StringIO("".join(export(rows, ExportFormat.CSV)))))

    assert [row["event"] for row in table] == ["opened", "decided"]
    assert table[0]["actor_name"] == '\'=HYPERLINK("x")'
    assert json.loads(table[1]["detail"]) == {"amount": 129.9, "note": "Nr. 2"}
    assert table[1]["previous"] == table[0]["link"]
    assert table[1]["in_words"].endswith(", which decided it")


# What OCSF 1.3.0 requires of API Activity (events/application/api_activity.json and base_event.json of
# ocsf/ocsf-schema), and of the objects in it: an event that lacks one of these is refused by a validator.
REQUIRED = {
    "": {
        *("activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"),
        *("actor", "api", "src_endpoint"),
    },
    "metadata": {"product", "version"},
    "metadata.product": {"vendor_name"},
    "api": {"operation"},
}
AT_LEAST_ONE = {
    "actor": {"process", "user", "invoked_by", "session", "app_name", "app_uid"},
    "actor.user": {"account", "name", "uid"},
    "src_endpoint": {"ip", "uid", "name", "hostname", "svc_name", "instance_uid", "interface_uid"},
    "metadata.product": {"name", "uid"},
}


def at(event: Any, path: str) -> Any:
    for name in filter(None, path.split(".")):
        event = event[name]
    return event


def nulls(value: Any, path: str = "") -> list[str]:
    if isinstance(value, dict):
        return [found for key, each in value.items() for found in nulls(each, f"{path}.{key}")]
    if isinstance(value, list):
        return [found for each in value for found in nulls(each, path)]
    return [path] if value is None else []


def test_ocsf_events_have_the_required_attributes_of_api_activity() -> None:
    named = [entry(1), entry(2), entry(3, event="refused", actor_id="U9", actor_name="Gus")]
    rows = chain([*named, entry(4, actor_id="U1", actor_name=None)], EntryHasher(), sealed=3)

    events = [json.loads(line) for line in export(rows, ExportFormat.OCSF)]

    for event in events:
        for path, names in REQUIRED.items():
            assert names <= at(event, path).keys(), path
        for path, names in AT_LEAST_ONE.items():
            assert names & at(event, path).keys(), path
        assert nulls({name: value for name, value in event.items() if name != "unmapped"}) == []
        assert event["class_uid"] == 6003
        assert event["category_uid"] == 6
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
        assert isinstance(event["time"], int)
        assert event["severity_id"] in range(7)
    assert events[0]["actor"]["user"]["type"] == "System"
    assert events[1]["actor"]["user"] == {"uid": "UBOB", "name": "Bob", "type_id": 1, "type": "User"}
    assert (events[2]["status_id"], events[2]["api"]["operation"]) == (2, "approval.refused")


@pytest.mark.parametrize("event", [*Event, *Observation])
def test_no_event_of_the_ledger_is_other_to_ocsf(event: Event | Observation) -> None:
    (line,) = export(chain([entry(1, event=event.value)], EntryHasher()), ExportFormat.OCSF)
    assert json.loads(line)["activity_id"] in ACTIVITIES


ACTIVITIES = {1: "Create", 2: "Read", 3: "Update", 4: "Delete"}


@pytest.mark.parametrize(
    ("event", "activity"),
    [
        (Event.OPENED, 1),
        (Event.VOTED, 3),
        (Event.VOTE_WITHDRAWN, 3),
        (Event.DECIDED, 3),
        (Event.TIMED_OUT, 3),
        (Event.RESUMED, 3),
        (Event.REOPENED, 3),
        (Event.CANCELLED, 4),
        (Event.WITHDRAWN, 4),
    ],
)
def test_each_event_of_an_approval_is_an_activity_that_ocsf_knows(event: Event, activity: int) -> None:
    (line,) = export(chain([entry(1, event=event.value)], EntryHasher()), ExportFormat.OCSF)
    told = json.loads(line)
    assert (told["activity_id"], told["activity_name"]) == (activity, ACTIVITIES[activity])
    assert told["type_uid"] == 600300 + activity


@pytest.mark.parametrize(
    ("event", "severity", "status"),
    [("decided", 1, 1), ("break_glass", 3, 1), ("refused", 3, 2), ("withdrawn", 1, 2), ("cancelled", 1, 2)],
)
def test_each_event_has_its_severity_and_status(event: str, severity: int, status: int) -> None:
    (line,) = export(chain([entry(1, event=event)], EntryHasher()), ExportFormat.OCSF)
    told = json.loads(line)
    assert (told["severity_id"], told["status_id"]) == (severity, status)


def test_an_entry_names_its_predecessors_link_only_where_that_was_exported_before_it() -> None:
    rows = chain([entry(number) for number in range(1, 6)], EntryHasher(), sealed=4)
    lines = [json.loads(line) for line in export([rows[0], rows[1], rows[3], rows[4]], ExportFormat.JSONL)]
    assert [line["previous"] for line in lines] == [None, rows[0].link, None, None]


def test_an_entry_that_is_not_sealed_yet_is_nobodys_predecessor() -> None:
    rows = chain([entry(number) for number in range(1, 4)], EntryHasher(), sealed=1)
    lines = [json.loads(line) for line in export([*rows, rows[0]], ExportFormat.JSONL)]
    assert [line["previous"] for line in lines] == [None] * 4


def test_showing_a_card_is_an_activity_that_changes_nothing() -> None:
    (line,) = export(chain([entry(1, event="shown")], EntryHasher()), ExportFormat.OCSF)
    told = json.loads(line)
    assert (told["activity_id"], told["activity_name"], told["status_id"]) == (2, "Read", 1)


def test_what_nobody_has_named_is_another_activity() -> None:
    (line,) = export(chain([entry(1, event="invented")], EntryHasher()), ExportFormat.OCSF)
    told = json.loads(line)
    assert (told["activity_id"], told["activity_name"], told["type_uid"]) == (99, "Other", 600399)


def test_a_moment_is_written_in_utc_whatever_its_zone() -> None:
    noon = datetime(2026, 3, 1, 13, 0, 0, 5, tzinfo=timezone(timedelta(hours=1)))
    assert timestamp(noon) == timestamp(noon.astimezone(UTC)) == "2026-03-01T12:00:00.000005Z"


@pytest.mark.parametrize(
    ("actor_id", "actor_name"), [(None, None), ("U1", None), (None, "Bob"), ("U1", "Bob")]
)
def test_the_canonical_form_is_that_of_rfc_8785_whoever_acted(
    actor_id: str | None, actor_name: str | None
) -> None:
    made = entry(1, actor_id=actor_id, actor_name=actor_name)
    assert made.canonical() == rfc8785.dumps(made.content())


@pytest.mark.parametrize("detail", [{"n": 2**60 + 1}, {"text": "\ud800"}, {"n": [2**53 + 1]}])
def test_what_rfc_8785_cannot_write_has_a_form_of_its_own(detail: Json) -> None:
    written = canonical_json(detail)
    assert written.startswith(b"exact {")
    assert json.loads(written.removeprefix(b"exact ")) == detail
    assert canonical_json({"n": 2**60}) != canonical_json({"n": 2**60 + 1})


def test_the_hash_is_over_canonical_json() -> None:
    """The same content in another order of keys, or with another spelling of a number, hashes alike."""

    def hashed(detail: Json) -> str:
        return EntryHasher()(entry(1, detail=detail_text(detail)))

    assert hashed({"b": 1.0, "a": 2}) == hashed({"a": 2, "b": 1})
    assert hashed({"a": 2}) != hashed({"a": "2"})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e15, 1e15) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    ),
    st.text(),
)
def test_the_canonical_form_is_that_of_rfc_8785(detail: Json, name: str) -> None:
    made = entry(2, detail=detail_text(detail), actor_name=name)

    assert made.canonical() == rfc8785.dumps(made.content())
