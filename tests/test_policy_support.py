"""Keys that have no effect yet are named, never passed over."""

from pathlib import Path

import pytest
import structlog.testing

from countersign.policy_support import load_supported_policy


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        ('grant = {for = "1h"}\nundo = 5\nsummary = "x"', ["grant"]),
        ('post_to = "#ops"\nnotify = "approvers"\nexpire_after = "1h"\nremind_after = "5m"', None),
        ('redact = ["/card"]\nvalid_for = "1h"', None),
        ("quorum = 2", None),
    ],
)
def test_what_has_no_effect_is_named_in_the_log(tmp_path: Path, keys: str, named: list[str] | None) -> None:
    file = tmp_path / "approvals.toml"
    file.write_text(f'[[rule]]\nname = "r"\n{keys}\n')
    with structlog.testing.capture_logs() as logged:
        load_supported_policy(file)
    assert [entry["keys"] for entry in logged] == ([] if named is None else [named])
