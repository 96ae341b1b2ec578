"""`python -m countersign.http.health_check`, the HEALTHCHECK of the image: exits with 0 if the bot is alive.

`serve` answers on PORT and a `worker` on WORKER_PORT; one answer from either is enough.
"""

import os
import sys
import urllib.request
from collections.abc import Mapping

_TIMEOUT = 2.0  # seconds for each of the two


def is_alive(environment: Mapping[str, str]) -> bool:
    """Whether /healthz answers on one of the ports that this environment names."""
    host = environment.get("HOST", "")
    if host in {"", "0.0.0.0", "::"}:  # noqa: S104 -- compared, not listened on
        host = "127.0.0.1"
    ports = dict.fromkeys(environment.get(name) for name in ("PORT", "WORKER_PORT"))
    return any(_answers(host, port) for port in ports if port)


def _answers(host: str, port: str) -> bool:
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/healthz"
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy for this machine
    try:
        with direct.open(url, timeout=_TIMEOUT) as response:
            return bool(response.status == 200)
    except OSError:  # refused, timed out, or an error status
        return False


if __name__ == "__main__":
    sys.exit(0 if is_alive(os.environ) else 1)
