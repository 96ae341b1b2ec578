"""`python -m countersign.http.health_check`, the HEALTHCHECK of the image: exits with 0 if the bot is alive.

`serve` answers on PORT and a `worker` on WORKER_PORT; one answer from either is enough. With a path, such as
`/readyz` or `/metrics`, it prints what is answered there, whatever its status: the image has no curl.
"""

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping

_TIMEOUT = 2.0  # seconds for each of the two


def is_alive(environment: Mapping[str, str]) -> bool:
    """Whether /healthz answers on one of the ports that this environment names."""
    return any(status == 200 for status, _ in _answers(environment, "/healthz"))


def show(environment: Mapping[str, str], path: str) -> int:
    """Print what the first port answers that answers at all; returns the exit code."""
    for status, body in _answers(environment, path):
        sys.stdout.write(f"{body}\n")
        return 0 if status == 200 else 1
    sys.stderr.write("Nothing answers on PORT or WORKER_PORT.\n")
    return 1


def _answers(environment: Mapping[str, str], path: str) -> Iterator[tuple[int, str]]:
    host = environment.get("HOST", "")
    if host in {"", "0.0.0.0", "::"}:  # noqa: S104 -- compared, not listened on
        host = "127.0.0.1"
    ports = dict.fromkeys(environment.get(name) for name in ("PORT", "WORKER_PORT"))
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy for this machine
    for port in filter(None, ports):
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}{path}"
        try:
            with direct.open(url, timeout=_TIMEOUT) as response:
                yield response.status, response.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            yield error.code, error.read().decode(errors="replace")
        except OSError:  # refused or timed out
            continue


if __name__ == "__main__":
    if sys.argv[1:]:
        sys.exit(show(os.environ, sys.argv[1]))
    sys.exit(0 if is_alive(os.environ) else 1)
