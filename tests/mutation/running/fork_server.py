"""A process that has imported what the tests need of other projects, and forks for each run of pytest.

Starting pytest here takes seconds, most of them for importing LangChain and plugins; a fork has them already.
Of the code under test it imports nothing. It reads one JSON object a line, and answers with one a line.

It stands beside the copied checkout and is started as a script, so it imports nothing of this package.
"""

import gc
import importlib
import json
import os
import signal
import sys
import time
import warnings
from pathlib import Path
from typing import Any, NoReturn

_TICK = 0.02  # seconds


def preload(names: list[str]) -> None:
    """Import what can be imported; whatever cannot is left to the tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            try:
                importlib.import_module(name)
            except Exception:  # noqa: BLE001  # optional parts of packages fail in every way there is
                continue
    gc.freeze()  # or each fork would copy what its collector looks at


def run(asked: dict[str, Any]) -> dict[str, Any]:
    """Run pytest in a fork for at most `limit` seconds, then kill it with all that it started."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _become_pytest(asked)
    deadline = time.monotonic() + asked["limit"]
    try:
        while time.monotonic() < deadline:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return {"status": os.waitstatus_to_exitcode(status), "timed_out": False}
            time.sleep(_TICK)
    except (KeyboardInterrupt, SystemExit):
        os.killpg(child, signal.SIGKILL)
        raise
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return {"status": -signal.SIGKILL, "timed_out": True}


def _become_pytest(asked: dict[str, Any]) -> NoReturn:
    status = 70
    try:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.chdir(asked["folder"])
        os.environ.clear()
        os.environ.update(asked["environment"])
        with Path(asked["output"]).open("w") as output, Path(os.devnull).open() as nothing:
            os.dup2(nothing.fileno(), 0)
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        sys.path.insert(0, asked["folder"])  # as `python -m pytest` does
        import pytest  # which may have been preloaded

        status = int(pytest.main(asked["arguments"]))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def main() -> None:
    """Serve until the other side closes the pipe, or ends this process."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    for line in sys.stdin:
        asked = json.loads(line)
        if "preload" in asked:
            preload(asked["preload"])
            answer: dict[str, Any] = {}
        else:
            answer = run(asked)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
