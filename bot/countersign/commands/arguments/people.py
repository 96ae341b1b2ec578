"""The options of `countersign people`, apart from the command so that `--help` loads little."""

import argparse

from countersign.commands.arguments.description import described


def add_people_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `countersign people`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    export = actions.add_parser(
        "export", **described("print everything that is stored about a person, as JSON")
    )
    erase = actions.add_parser(
        "erase", **described("erase what is stored about a person; the ledger keeps who decided")
    )
    for each in (export, erase):
        each.add_argument("user", metavar="USER", help="the Slack user id, such as U024BE7LH")
        each.add_argument(
            "--workspace",
            metavar="T…",
            help="of this workspace alone; needed where several use the database",
        )
