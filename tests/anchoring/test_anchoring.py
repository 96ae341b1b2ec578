"""The head is written down outside the database, once per head, and one target that fails keeps no other."""

import os
import stat
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509

from countersign.anchoring import Anchoring, anchor_targets
from countersign.anchoring.targets import AnchorTargetNotUnderstood
from countersign.anchoring.timestamp import TimestampInvalid, read_timestamp
from countersign.approvals.audit import Anchor, parse_anchor

HEAD = Anchor(position=12, link="ab" * 32)


class Head:
    def __init__(self, anchor: Anchor | None, *of_workspaces: Anchor) -> None:
        self.anchor = anchor
        self.of_workspaces = of_workspaces

    async def heads(self) -> tuple[Anchor, ...]:
        return (self.anchor, *self.of_workspaces) if self.anchor is not None else ()


class Channels:
    """Where messages go."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, str]] = []

    async def post_text(self, key: str, channel: str, text: str, *, look_first: bool) -> dict[str, Any]:
        self.posts.append((channel, text))
        return {"ts": "1.0"}


async def test_a_file_gets_a_line_per_head_that_nobody_else_reads(tmp_path: Path) -> None:
    path = tmp_path / "audit" / "anchors.txt"
    head = Head(HEAD)
    anchoring = Anchoring(head, anchor_targets(f"file:{path}", Channels()), 60)

    assert [await anchoring.publish(), await anchoring.publish()] == [1, 0]
    head.anchor = Anchor(position=13, link="cd" * 32)
    assert await anchoring.publish() == 1

    assert [parse_anchor(line) for line in path.read_text().splitlines()] == [HEAD, head.anchor]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_channel_gets_a_message_that_verify_can_read_again() -> None:
    channels = Channels()
    await Anchoring(Head(HEAD), anchor_targets("slack:#audit", channels), 60).publish()

    ((channel, text),) = channels.posts
    assert channel == "#audit"
    assert parse_anchor(text) == HEAD


async def test_nothing_is_anchored_while_nothing_is_sealed(tmp_path: Path) -> None:
    path = tmp_path / "anchors.txt"
    assert await Anchoring(Head(None), anchor_targets(f"file:{path}", Channels()), 60).publish() == 0
    assert not path.exists()


async def test_the_heads_of_workspaces_are_anchored_beside_the_ledgers(tmp_path: Path) -> None:
    path = tmp_path / "anchors.txt"
    own = [Anchor(position=7, link=digit * 64, workspace=team) for team, digit in (("T1", "c"), ("T2", "d"))]
    heads = Head(HEAD, *own)
    anchoring = Anchoring(heads, anchor_targets(f"file:{path}", Channels()), 60)

    assert await anchoring.publish() == 3
    heads.of_workspaces = (own[0], Anchor(position=8, link="e" * 64, workspace="T2"))
    assert await anchoring.publish() == 1
    lines = [parse_anchor(line) for line in path.read_text().splitlines()]
    assert lines == [HEAD, *own, heads.of_workspaces[1]]


async def test_a_target_that_fails_keeps_no_other_and_is_tried_again(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    good = tmp_path / "anchors.txt"
    anchoring = Anchoring(Head(HEAD), anchor_targets(f"file:{blocked}/a.txt, file:{good}", Channels()), 60)

    assert await anchoring.publish() == 1
    blocked.unlink()
    assert await anchoring.publish() == 1

    assert parse_anchor((blocked / "a.txt").read_text()) == HEAD
    assert len(good.read_text().splitlines()) == 1


@pytest.mark.parametrize(
    "setting", ["file:", "slack:", "rfc3161:https://tsa.example", "ftp:x", "rfc3161:x=>y"]
)
def test_a_target_that_is_not_understood_is_named(setting: str) -> None:
    with pytest.raises(AnchorTargetNotUnderstood, match="LEDGER_ANCHOR: "):
        anchor_targets(setting, Channels())


_CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
"""


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """A folder with a time stamping authority's key, certificate and settings, made by openssl."""
    folder = tmp_path / "tsa"
    folder.mkdir()
    (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder))
    (folder / "ext.cnf").write_text(
        "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"
    )
    run = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout"]
    _openssl(*run[1:], f"{folder}/ca.key", "-x509", "-subj", "/CN=Root", "-out", f"{folder}/ca.pem")
    _openssl(*run[1:], f"{folder}/tsa.key", "-subj", "/CN=TSA", "-out", f"{folder}/tsa.csr")
    _openssl(
        "x509", "-req", "-in", f"{folder}/tsa.csr", "-CA", f"{folder}/ca.pem", "-CAkey", f"{folder}/ca.key",
        "-CAcreateserial", "-extfile", f"{folder}/ext.cnf", "-out", f"{folder}/tsa.pem",
    )  # fmt: skip
    return folder


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, env={"PATH": os.environ["PATH"]})


@pytest.fixture
async def tsa_url(authority: Path) -> AsyncIterator[str]:
    """The authority over HTTP."""

    async def stamp(request: web.Request) -> web.Response:
        query, reply = authority / "query.tsq", authority / "reply.tsr"
        query.write_bytes(await request.read())
        _openssl(
            "ts", "-reply", "-config", f"{authority}/tsa.cnf", "-queryfile", str(query), "-signer",
            f"{authority}/tsa.pem", "-inkey", f"{authority}/tsa.key", "-out", str(reply),
        )  # fmt: skip
        return web.Response(body=reply.read_bytes(), content_type="application/timestamp-reply")

    app = web.Application()
    app.router.add_post("/", stamp)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


async def test_a_time_stamp_is_kept_and_read_again(authority: Path, tsa_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "stamps"
    await Anchoring(Head(HEAD), anchor_targets(f"rfc3161:{tsa_url}=>{folder}", Channels()), 60).publish()

    (kept,) = folder.glob("*.tsr")
    roots = x509.load_pem_x509_certificates((authority / "ca.pem").read_bytes())
    assert read_timestamp(kept, roots)[0] == HEAD


async def test_a_time_stamp_of_another_head_or_another_root_is_refused(
    authority: Path, tsa_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "stamps"
    await Anchoring(Head(HEAD), anchor_targets(f"rfc3161:{tsa_url}=>{folder}", Channels()), 60).publish()
    (kept,) = folder.glob("*.tsr")
    _openssl(
        "req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{authority}/other.key", "-x509",
        "-subj", "/CN=Other", "-out", f"{authority}/other.pem",
    )  # fmt: skip
    other = x509.load_pem_x509_certificates((authority / "other.pem").read_bytes())

    with pytest.raises(TimestampInvalid):
        read_timestamp(kept, other)
    renamed = kept.with_name(f"13-{HEAD.link}.tsr")
    kept.rename(renamed)
    with pytest.raises(TimestampInvalid):
        read_timestamp(renamed)
