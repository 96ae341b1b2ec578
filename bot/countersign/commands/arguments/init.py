"""The options of `countersign init`, apart from the command so that `--help` loads little."""

import argparse
from pathlib import Path


def add_init_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `countersign init`."""
    parser.add_argument("folder", type=Path, nargs="?", default=Path(), help="where (default: this folder)")
    parser.add_argument("--name", help="the graph's name in Slack (default: the folder's)")
