"""The policy file read again: when it or a calendar changes, and at SIGHUP; a broken one changes nothing."""

import asyncio
import os
import signal
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
import structlog.testing

from countersign import policy_reload
from countersign.approvals.policy.policy import NO_POLICY
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.policy_file import load_policy
from countersign.policy_reload import PolicyReload
from tests.support.harness import until

RULE = '[[rule]]\nname = "{name}"\n'
CALENDAR = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//t//\nEND:VCALENDAR\n"


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "approvals.toml"
    path.write_text(RULE.format(name="one"))
    return path


def write(path: Path, text: str) -> None:
    path.write_text(text)


def remove(path: Path) -> None:
    path.unlink()


def names(current: CurrentPolicy) -> list[str]:
    return [rule.name for rule in current.policy.rules]


async def test_a_change_is_read_and_an_unchanged_file_is_not(
    file: Path, logged: list[MutableMapping[str, Any]]
) -> None:
    current = CurrentPolicy(load_policy(file))
    reload = PolicyReload(file, current)
    await reload.if_changed()
    assert logged == []
    write(file, RULE.format(name="another"))
    await reload.if_changed()
    await reload.if_changed()
    assert names(current) == ["another"]
    assert [entry["event"] for entry in logged] == ["policy_reloaded"]


async def test_a_broken_file_changes_nothing_and_is_reported_once(
    file: Path, logged: list[MutableMapping[str, Any]]
) -> None:
    current = CurrentPolicy(load_policy(file))
    reload = PolicyReload(file, current)
    write(file, '[[rule]]\nnam = "x"\n')
    await reload.if_changed()
    await reload.if_changed()
    assert names(current) == ["one"]
    (entry,) = logged
    assert entry["log_level"] == "error"
    assert f"{file}:2: “nam” is not a key" in entry["reason"]
    write(file, RULE.format(name="mended"))
    await reload.if_changed()
    assert names(current) == ["mended"]


async def test_a_file_that_is_gone_leaves_its_rules(
    file: Path, logged: list[MutableMapping[str, Any]]
) -> None:
    current = CurrentPolicy(load_policy(file))
    reload = PolicyReload(file, current)
    remove(file)
    await reload.if_changed()
    await reload.if_changed()
    assert names(current) == ["one"]
    assert [entry["event"] for entry in logged] == ["policy_not_reloaded"]


async def test_a_file_of_defaults_alone_that_is_gone_leaves_them(tmp_path: Path) -> None:
    file = tmp_path / "approvals.toml"
    write(file, '[defaults]\napprovers = [{ users = ["U0ME"] }]\n')
    current = CurrentPolicy(load_policy(file))
    before = current.policy
    assert before.rules == ()
    reload = PolicyReload(file, current)
    remove(file)
    await reload.if_changed()
    assert current.policy == before != NO_POLICY


async def test_a_file_that_comes_is_read(tmp_path: Path) -> None:
    file = tmp_path / "approvals.toml"
    current = CurrentPolicy(load_policy(file))
    assert current.policy == NO_POLICY
    reload = PolicyReload(file, current)
    write(file, RULE.format(name="new"))
    await reload.if_changed()
    assert names(current) == ["new"]


async def test_a_calendar_that_changes_is_read(file: Path) -> None:
    write(file.parent / "freeze.ics", CALENDAR)
    write(file, RULE.format(name="one") + 'freeze = "freeze.ics"\n')
    current = CurrentPolicy(load_policy(file))
    reload = PolicyReload(file, current)
    write(file.parent / "freeze.ics", CALENDAR.replace("-//t//", "-//changed//"))
    await reload.if_changed()
    assert "changed" in current.policy.calendars["freeze.ics"].text


async def test_a_hang_up_reads_it_now(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_reload, "LOOK_EVERY", 3600.0)
    current = CurrentPolicy(load_policy(file))
    running = asyncio.create_task(PolicyReload(file, current).run())
    try:
        await asyncio.sleep(0)
        write(file, RULE.format(name="now"))
        os.kill(os.getpid(), signal.SIGHUP)

        async def is_read() -> bool:
            return names(current) == ["now"]

        await until(is_read)
    finally:
        running.cancel()
