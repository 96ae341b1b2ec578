"""`doctor` as a whole: what it prints, its exit code, and what it never prints."""

from countersign.commands.arguments.doctor import CHECK_NAMES
from countersign.commands.doctor.check_result import fail
from countersign.commands.doctor.command import CHECKS
from countersign.commands.doctor.report import lines
from slack_local.fault_injection import ApiFault
from tests.commands.doctor.conftest import BotSetup


def test_the_options_name_every_check() -> None:
    assert tuple(check.name for check in CHECKS) == CHECK_NAMES


async def test_where_all_is_well_it_says_so_and_exits_with_0(setup: BotSetup) -> None:
    code, text = await setup.run()
    assert code == 0, text
    lines = [line.split(maxsplit=3) for line in text.splitlines()]
    found = {line[2]: (line[0], line[1], line[3]) for line in lines if len(line) == 4 and line[0] in "✓!✗-"}
    assert found.keys() == set(CHECK_NAMES)
    assert {name for name, (sign, *_) in found.items() if sign != "✓"} == {"http", "events"}
    assert found["tokens"] == ("✓", "ok", "The bot is @bot in Local Workspace (T0LOCAL001).")
    assert "14 ok, 2 not checked." in text
    assert setup.ws.log.violations() == []


async def test_a_failure_has_a_sign_a_word_what_was_seen_and_what_to_do(setup: BotSetup) -> None:
    setup.environment["SLACK_BOT_TOKEN"] = "xoxb-wrong-one"
    code, text = await setup.run()
    assert code == 1
    lines = text.splitlines()
    (at,) = [at for at, line in enumerate(lines) if line.startswith("✗ fail  tokens")]
    assert "Slack refused SLACK_BOT_TOKEN (invalid_auth)." in lines[at]
    assert lines[at + 1].strip().startswith("→ Copy the bot token (xoxb-…)")
    assert "1 failed" in lines[-1]


def test_on_a_screen_long_texts_are_wrapped_below_where_they_begin() -> None:
    finding = fail(
        "One two three four five six seven eight nine ten.", "Do this and that, and then the rest."
    )
    told = list(lines("socket", [finding], 8, 50))
    assert told[0] == "✗ fail  socket    One two three four five six seven eight"
    assert told[1] == " " * 18 + "nine ten."
    assert told[2] == " " * 18 + "→ Do this and that, and then the rest."
    assert next(lines("socket", [finding], 8)).endswith("nine ten.")


async def test_warnings_alone_are_well_unless_strict(setup: BotSetup) -> None:
    setup.environment["LANGGRAPH_STRICT_MSGPACK"] = "false"
    relaxed = await setup.examined(only="checkpoints")
    assert (relaxed.code, relaxed.only("checkpoints", "warn")["seen"][:24]) == (0, "LANGGRAPH_STRICT_MSGPACK")
    assert (await setup.examined("--strict", only="checkpoints")).code == 1


async def test_programs_get_the_same_as_json(setup: BotSetup) -> None:
    setup.write("graph.py", "print('a graph that prints')\n" + (setup.folder / "graph.py").read_text())
    setup.environment["DEFAULT_GRAPH"] = "none"
    found = await setup.examined("--skip", "model")
    assert found.code == 1
    assert [each["check"] for each in found.checks if each["status"] == "fail"] == ["graphs"]
    assert "a graph that prints" in found.text


async def test_no_secret_is_printed_whatever_fails(setup: BotSetup) -> None:
    """As long as it is one: values of variables whose name says so, and passwords in URLs."""
    secrets = {
        "SLACK_BOT_TOKEN": "xoxb-1234-a-wrong-token",
        "SLACK_APP_TOKEN": "xapp-1-a-wrong-token-too",
        "SLACK_SIGNING_SECRET": "short-but-secret",
        "OPENAI_API_KEY": "sk-a-wrong-key-of-a-model",
        "TICKETS_PASSWORD": "hunter2-of-the-tracker",
    }
    setup.environment |= secrets
    setup.environment["DATABASE_URL"] = "postgresql://me:hunter2-of-the-database@127.0.0.1:1/nothing"
    setup.write("graph.py", "import os\nraise ValueError(os.environ['TICKETS_PASSWORD'])\n")
    code, text = await setup.run()
    assert code == 1
    assert [name for name, value in secrets.items() if value in text] == []
    assert "hunter2" not in text
    assert "✗ fail  graphs" in text


async def test_a_check_that_hangs_is_given_up(setup: BotSetup) -> None:
    """And the checks after it are made."""
    setup.ws.faults.on_call("apps.connections.open", ApiFault.HANG, seconds=30)
    found = await setup.examined(only="tokens socket checkpoints")
    assert found.code == 1
    assert "did not answer apps.connections.open" in found.only("socket", "fail")["seen"]
    assert found.only("checkpoints", "ok")


async def test_unknown_checks_and_times_are_wrong_usage(setup: BotSetup) -> None:
    for arguments in (["--skip", "weather"], ["--listen", "0"], ["--listen", "soon"]):
        try:
            code, _ = await setup.run(*arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        assert code == 2, arguments
