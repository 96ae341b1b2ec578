"""The options of `countersign manifest`, apart from the command so that `--help` loads little."""

import argparse


def add_manifest_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `countersign manifest`."""
    parser.add_argument("--http", metavar="URL",
                        help="the bot's public address: Slack calls it, instead of Socket Mode")  # fmt: skip
    parser.add_argument("--install", metavar="URL",
                        help="its public address, where several workspaces install it")  # fmt: skip
    parser.add_argument("--no-agent", action="store_true",
                        help="leave out Slack's agent surface, which guests cannot use")  # fmt: skip
    parser.add_argument("--format", choices=("yaml", "json"), default="yaml", help="default: yaml")
