"""Secrets from files: each setting that is a secret can come from one, and what is wrong with it is said."""

import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from pydantic import SecretStr

from countersign.secret_files import SECRETS, SecretFileError, read_secret_files
from countersign.settings import Settings


def test_every_setting_that_is_a_secret_can_come_from_a_file() -> None:
    secret = {
        name.upper()
        for name, field in Settings.model_fields.items()
        if SecretStr in (field.annotation, *get_args(field.annotation))
    }
    assert secret | {"OPENAI_API_KEY"} == set(SECRETS)


def test_a_file_gives_its_text_without_the_line_feed_at_its_end(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("xoxb-1\n")
    environment = {"SLACK_BOT_TOKEN_FILE": str(tmp_path / "token"), "LEDGER_KEY_FILE": "", "HOST": "::"}
    read_secret_files(environment)
    assert environment["SLACK_BOT_TOKEN"] == "xoxb-1"
    assert "LEDGER_KEY" not in environment


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"  \n", "is empty"),
        (b"\xff\xfe", "is not a text"),
        (b"a\0b", "is no secret"),
        (b"a" * 70_000, "is no secret"),
        (None, "cannot be read (No such file or directory)"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_without_its_content(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SecretFileError) as refused:
        read_secret_files({"LEDGER_KEY_FILE": str(file)})
    assert str(refused.value).startswith(f"LEDGER_KEY_FILE: {file} ")
    assert said in str(refused.value)


def test_a_secret_that_is_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a")
    with pytest.raises(SecretFileError, match="LEDGER_KEY and LEDGER_KEY_FILE are both set"):
        read_secret_files({"LEDGER_KEY_FILE": str(tmp_path / "key"), "LEDGER_KEY": "b"})


def test_the_command_reads_them_and_says_it_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("no-token")

    def serve(**more: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "countersign", "serve"],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path("bot").resolve()), **more},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1
        return done.stderr

    assert "SLACK_BOT_TOKEN is not valid (does not begin with xoxb-)" in serve(SLACK_BOT_TOKEN_FILE="token")
    assert serve(SLACK_BOT_TOKEN_FILE="none").startswith("countersign: SLACK_BOT_TOKEN_FILE: none cannot be")
