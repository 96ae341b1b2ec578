"""The command `manifest`: print the manifest that the app in Slack is made from."""

import argparse
import json

from countersign.slack.app_manifest.manifest import as_yaml, build_manifest, redirect_url, request_url


def run_manifest(given: argparse.Namespace) -> int:
    """Print it. Raises RequestUrlError."""
    url = request_url(given.http) if given.http is not None else None
    redirect = redirect_url(given.install) if given.install is not None else None
    manifest = build_manifest(url=url, agent=not given.no_agent, redirect=redirect)
    text = json.dumps(manifest, indent=2) + "\n" if given.format == "json" else as_yaml(manifest)
    print(text, end="")
    return 0
