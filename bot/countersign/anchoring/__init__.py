"""Anchors the ledger's head outside the database: in a file, a Slack channel, or an RFC 3161 time stamp."""

from countersign.anchoring.anchoring import Anchoring
from countersign.anchoring.targets import AnchorTarget, anchor_targets

__all__ = ["AnchorTarget", "Anchoring", "anchor_targets"]
