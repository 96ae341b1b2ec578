"""The bots that whole modules of this folder share, one per transport."""

from tests.scenario.conftest import _no_proxies, either

__all__ = ["_no_proxies", "either"]
