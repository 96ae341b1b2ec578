"""`python -m slack_local`: what it prints, how it keeps a bot, how it ends."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.processes.command_process import CommandProcess

pytestmark = pytest.mark.timeout(120)

CONNECTS = """
import asyncio, os
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

async def main():
    web = AsyncWebClient(base_url=os.environ["SLACK_API_URL"])
    client = SocketModeClient(app_token=os.environ["SLACK_APP_TOKEN"], web_client=web)
    await client.connect()
    # One write: `print` unbuffered writes piece by piece, and the command's own lines get in between.
    os.write(1, f"pid {os.getpid()}\\n".encode())
    await asyncio.Event().wait()

asyncio.run(main())
"""

ANSWERS_HTTP = """
import json, os
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body["challenge"].encode())

assert "SLACK_APP_TOKEN" not in os.environ
assert os.environ["SLACK_SIGNING_SECRET"]
HTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
"""


@contextmanager
def command(folder: Path, *arguments: str) -> Iterator[CommandProcess]:
    running = CommandProcess(
        [sys.executable, "-m", "slack_local", *arguments],
        folder,
        os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    try:
        yield running
    finally:
        running.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            running.ends()
        running.process.kill()
        running.ends()
        assert running.process.stdout is not None
        running.process.stdout.close()


def test_without_a_bot_it_prints_the_page_and_the_settings(tmp_path: Path) -> None:
    with command(tmp_path) as running:
        running.says("Ctrl-C")
        assert re.search(r"The page: http://127\.0\.0\.1:\d+/\?token=\S+", running.said)
        for name in ("SLACK_API_URL=http://127", "SLACK_BOT_TOKEN=xoxb-", "SLACK_APP_TOKEN=xapp-"):
            assert f"\n  {name}" in running.said
        running.process.send_signal(signal.SIGTERM)
        assert running.ends() == 0


def test_a_bot_is_started_restarted_and_stopped(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text(CONNECTS)
    with command(tmp_path, "--restarts", "1", "--", sys.executable, "bot.py") as running:
        running.says("The bot is connected.")
        running.says("pid ")
        first = int(re.findall(r"pid (\d+)", running.said)[-1])
        os.kill(first, signal.SIGKILL)
        running.says("The bot ended by itself (SIGKILL). It restarts.")
        running.says("The bot is connected.", times=2)
        running.says("pid ", times=2)
        second = int(re.findall(r"pid (\d+)", running.said)[-1])
        assert second != first
        os.kill(second, signal.SIGKILL)
        assert running.ends() == 1
        assert "The bot ended by itself (SIGKILL) and is not restarted." in running.said


def test_a_stopped_command_leaves_no_bot_behind(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text(CONNECTS)
    with command(tmp_path, "--", sys.executable, "bot.py") as running:
        running.says("The bot is connected.")
        running.says("pid ")
        bot = int(re.findall(r"pid (\d+)", running.said)[-1])
        running.process.send_signal(signal.SIGINT)
        assert running.ends() == 0
        with pytest.raises(ProcessLookupError):
            os.kill(bot, 0)


def test_a_bot_behind_http_is_verified_first(tmp_path: Path, unused_tcp_port: int) -> None:
    (tmp_path / "bot.py").write_text(ANSWERS_HTTP.replace("PORT", str(unused_tcp_port)))
    url = f"http://127.0.0.1:{unused_tcp_port}/slack/events"
    with command(tmp_path, "--http", url, "--", sys.executable, "bot.py") as running:
        running.says("The bot is connected.")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--script", "no.txt", "--", "true"], 2, "no.txt cannot be read: No such file"),
        (["--manifest", "no.yml"], 2, "no.yml cannot be read: No such file"),
        (["--script", "story.txt"], 2, "--script needs a bot"),
        (["--script", "bad.txt", "--", "true"], 2, "bad.txt, line 1"),
        (["--", "no-such-program"], 1, "no-such-program cannot be started"),
        (["--", "false"], 1, "The bot ended while it started (exit code 1)"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(tmp_path: Path, arguments: list[str], code: int, told: str) -> None:
    (tmp_path / "story.txt").write_text("expect no card\n")
    (tmp_path / "bad.txt").write_text("bob dances\n")
    with command(tmp_path, *arguments) as running:
        assert running.ends() == code, running.said
        assert told in running.said
        assert "Traceback" not in running.said
