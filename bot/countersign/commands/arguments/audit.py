"""The options of `countersign audit`, apart from the command so that `--help` loads little."""

import argparse
from pathlib import Path

from countersign.approvals.audit.export import ExportFormat
from countersign.commands.arguments.description import described


def add_audit_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `countersign audit`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    verify = actions.add_parser("verify", **described("name the first entry that was tampered with"))
    verify.add_argument("--anchors", type=Path, action="append", default=[], metavar="PATH",
                        help="a file of anchors, or a folder of RFC 3161 time stamps")  # fmt: skip
    verify.add_argument("--anchor", action="append", default=[], metavar="POSITION:LINK",
                        help="an anchor from a Slack channel")  # fmt: skip
    verify.add_argument("--tsa-roots", type=Path, metavar="PEM", help="root certificates of the time stamps")
    verify.add_argument(
        "--workspace", metavar="T…", help="only the entries of this workspace, in its own chain"
    )
    verify.add_argument("--file", type=Path, metavar="PATH",
                        help="an export as JSON lines or OCSF, without the database (-: stdin)")  # fmt: skip
    exporting = actions.add_parser("export", **described("print the ledger"))
    exporting.add_argument("--format", choices=[form.value for form in ExportFormat], default="jsonl")
    exporting.add_argument("--since", metavar="TIME", help="ISO 8601, such as 2026-03-01T09:00Z")
    exporting.add_argument("--workspace", metavar="T…",
                           help="only this workspace's entries, which can be verified alone")  # fmt: skip
    actions.add_parser("reviews", **described("list decisions by break_glass that no approver has reviewed"))
    show = actions.add_parser("show", **described("print one approval's whole record"))
    show.add_argument("id", help="the approval's id, as Details on its card shows it")
    show.add_argument(
        "--workspace", metavar="T…", help="only an approval of this workspace, in its own chain"
    )
    show.add_argument("--format", choices=["json", "text"], default="json", dest="shown_as",
                      help="the record to hand over, or lines to read (default: json)")  # fmt: skip
