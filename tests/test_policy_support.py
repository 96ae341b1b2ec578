"""Keys that have no effect yet are refused or named, never passed over."""

from pathlib import Path

import pytest
import structlog.testing

from countersign.approvals.policy.reading import PolicyError
from countersign.policy_support import load_supported_policy


def write(folder: Path, keys: str) -> Path:
    file = folder / "approvals.toml"
    file.write_text(f'[[rule]]\nname = "r"\n{keys}\n')
    return file


@pytest.mark.parametrize("keys", ['redact = ["/card"]', 'valid_for = "1h"'])
def test_what_people_would_rely_on_stops_the_start(tmp_path: Path, keys: str) -> None:
    with pytest.raises(PolicyError, match="has no effect in this version"):
        load_supported_policy(write(tmp_path, keys))


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        ('post_to = "#ops"\nnotify = "approvers"', ["notify", "post_to"]),
        ('expire_after = "1h"\nremind_after = "5m"', ["expire_after", "remind_after"]),
        ('grant = {for = "1h"}\nundo = 5\nsummary = "x"', ["grant", "summary", "undo"]),
        ("quorum = 2", None),
    ],
)
def test_what_only_makes_people_wait_is_named_in_the_log(
    tmp_path: Path, keys: str, named: list[str] | None
) -> None:
    with structlog.testing.capture_logs() as logged:
        load_supported_policy(write(tmp_path, keys))
    assert [entry["keys"] for entry in logged] == ([] if named is None else [named])
