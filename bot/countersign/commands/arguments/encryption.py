"""The options of `countersign encryption`, apart from the command so that `--help` loads little."""

import argparse


def add_encryption_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `countersign encryption`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("key", help="print a new key for ENCRYPTION_KEY")
    actions.add_parser("status", help="count what is stored in plain and with which key; reads every row")
    actions.add_parser(
        "rotate", help="encrypt everything with the first key; the bot may run, and it can be run again"
    )
