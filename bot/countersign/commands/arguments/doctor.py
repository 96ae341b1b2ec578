"""The options of `countersign doctor`, apart from the command so that `--help` loads little."""

import argparse

CHECK_NAMES = (
    *("settings", "files", "tokens", "scopes", "socket", "http", "events"),
    *("database", "encryption", "workspaces", "clock", "graphs", "checkpoints", "policy", "model", "blocks"),
)


def add_doctor_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `countersign doctor`."""
    parser.add_argument("--url", metavar="URL", help="call the bot's public address as Slack does")
    parser.add_argument("--listen", type=_seconds, default=0.0, metavar="SECONDS",
                        help="wait for a mention and a click (Socket Mode; stop the bot first)")  # fmt: skip
    parser.add_argument("--skip", action="append", default=[], choices=CHECK_NAMES, metavar="CHECK",
                        help=f"leave a check out: {', '.join(CHECK_NAMES)}; may be given again")  # fmt: skip
    parser.add_argument("--strict", action="store_true", help="exit with 1 for warnings, too")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError("must be from 1 to 3600")
    return seconds
