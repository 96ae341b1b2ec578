"""A process that uses the embedded server: prints its URL, and ends the use when its input ends."""

import sys
from pathlib import Path

from countersign.store.embedded import EmbeddedPostgres, EmbeddedPostgresError


def main(data_dir: str, linger: str, fallback: str) -> None:
    server = EmbeddedPostgres(Path(data_dir), durable=False, linger=float(linger), fallback=Path(fallback))
    try:
        with server as url:
            print(url, flush=True)
            sys.stdin.read()
    except EmbeddedPostgresError as error:
        print(f"refused: {error}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
