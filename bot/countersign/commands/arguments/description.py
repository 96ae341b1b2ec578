"""What a command does, in the list of commands and at the top of its own `--help`."""

from typing import TypedDict


class Description(TypedDict):
    help: str
    description: str


def described(what: str) -> Description:
    """For `add_parser`: argparse shows `help` in the list alone."""
    return {"help": what, "description": f"{what[0].upper()}{what[1:]}."}
