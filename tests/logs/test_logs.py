"""Logs: both kinds of loggers come out the same way, and no secret with them."""

import json
import logging

import pytest
import structlog

from countersign.logs import configure_logging

SECRETS = ["xoxb-123-secretive", "xapp-1-A1-secretive", "sk-secretive123", "postgresql://u:secretive@h/d"]


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_gets_out_in_event_field_argument_or_traceback(
    capsys: pytest.CaptureFixture[str], log_format: str, secret: str
) -> None:
    configure_logging(log_format)
    structlog.get_logger().warning("happened", detail=f"with {secret}")
    structlog.get_logger().warning(f"happened {secret}")
    structlog.get_logger().warning("happened", nested={"headers": [f"Bearer {secret}"]})
    logging.getLogger("other").warning("said %s", secret)
    try:
        raise RuntimeError(secret)
    except RuntimeError as error:
        structlog.get_logger().error("failed", exc_info=error)
        logging.getLogger("other").exception("failed")
    told = capsys.readouterr().err
    assert "secretive" not in told
    assert told.count("[secret]") >= 6
    assert told.count("RuntimeError") >= 2


def test_json_is_one_object_a_line_with_level_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json")
    structlog.get_logger().info("a", thread_id="T/C/1")
    logging.getLogger("other").warning("b")
    logging.getLogger("slack_sdk").info("chatter")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [("a", "info"), ("b", "warning")]
    assert lines[0]["thread_id"] == "T/C/1"
    assert all(line["timestamp"].endswith("Z") for line in lines)
