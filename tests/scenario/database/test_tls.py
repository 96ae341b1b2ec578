"""TLS to the database, as libpq does it: a certificate that fits is taken, another stops the start."""

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.postgres.pgbouncer import pgbouncer
from tests.support.stage import open_stage

pytestmark = pytest.mark.timeout(180)
RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}


@dataclass(frozen=True)
class Certificate:
    file: Path
    key: Path


def self_signed(folder: Path, address: str) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "database")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    files = Certificate(folder / f"{address}.crt", folder / f"{address}.key")
    files.file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    files.key.chmod(0o644)  # as root, PgBouncer runs as somebody else, who has to read it
    return files


@pytest.mark.parametrize("trusted", [True, False])
async def test_a_server_is_talked_to_in_tls_and_only_with_the_certificate_that_is_trusted(
    tmp_path: Path, database_url: str, trusted: bool
) -> None:
    own, another = self_signed(tmp_path, "127.0.0.1"), self_signed(tmp_path, "127.0.0.2")
    tls = (
        "\nclient_tls_sslmode = require"
        f"\nclient_tls_cert_file = {own.file}\nclient_tls_key_file = {own.key}\n"
    )
    root = own if trusted else another
    async with (
        pgbouncer(database_url, tmp_path, "session", tls=tls) as url,
        open_stage(tmp_path, f"{url}?sslmode=verify-full&sslrootcert={root.file}") as stage,
        stage.bot(wait=trusted) as bot,
    ):
        if not trusted:
            assert await bot.ends(40) == 1
            assert "certificate verify failed" in bot.said
            return
        card = await stage.card(RISKY)
        await card.approve(by=stage.ws.bob)
        await stage.resumed(card.thread)
        assert await bot.stop() == 0
