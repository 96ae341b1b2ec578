"""The fixtures that a test or script recorded in the demo needs to run with the same graphs."""

from pathlib import Path

from slack_local.page.recording.harness import Harness


def harness(config: Path, *, own_model: bool) -> Harness:
    """The fixtures of countersign.testing, with this langgraph.json; `own_model` leaves the environment's."""
    fixtures = f"@pytest.fixture\ndef countersign_config():\n    return Path({str(config)!r})\n"
    if own_model:
        fixtures += "\n\n@pytest.fixture\ndef countersign_model():\n    return None  # your own\n"
    return Harness(
        imports=("from pathlib import Path",),
        fixtures=fixtures,
        fixture="countersign",
        play=f"countersign demo --config {config} --script recorded.txt",
    )
