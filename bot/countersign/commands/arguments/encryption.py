"""The options of `countersign encryption`, apart from the command so that `--help` loads little."""

import argparse

from countersign.commands.arguments.description import described


def add_encryption_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `countersign encryption`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("key", **described("print a new key for ENCRYPTION_KEY"))
    actions.add_parser(
        "status", **described("count what is stored in plain and with which key; reads every row")
    )
    actions.add_parser(
        "rotate",
        **described("encrypt everything with the first key; the bot may run, and it can be run again"),
    )
