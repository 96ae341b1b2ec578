"""The guards of installing: what `doctor` prints and takes, and what `init` leaves alone."""

from tests.mutation.guards.guard import Guard

_DOCTOR = "bot/countersign/commands/doctor"
_SLACK = "tests/commands/doctor/test_slack.py"
_ADDRESS = "tests/commands/doctor/test_http_address.py"

INSTALLING_GUARDS = (
    Guard(
        name="doctor prints no secret",
        file=f"{_DOCTOR}/command.py",
        old="seen=escape_control_characters(redact(finding.seen))",
        new="seen=finding.seen",
        tests=("tests/commands/doctor/test_whole.py::test_no_secret_is_printed_whatever_fails",),
    ),
    Guard(
        name="doctor takes no event from a bot that is connected",
        file=f"{_DOCTOR}/slack/socket_checks.py",
        old="if connection.others:",
        new="if connection.others > 99:",
        tests=(f"{_SLACK}::test_while_a_bot_is_connected_nothing_is_taken_from_it",),
    ),
    Guard(
        name="doctor notices an address that takes wrong signatures",
        file=f"{_DOCTOR}/slack/http_checks.py",
        old="elif forged < 400:",
        new="elif forged < 0:",
        tests=(f"{_ADDRESS}::test_an_address_that_takes_wrong_signatures_is_not_the_bot",),
    ),
    Guard(
        name="init overwrites nothing",
        file="bot/countersign/commands/init/command.py",
        old='target.open("x", encoding="utf-8")',
        new='target.open("w", encoding="utf-8")',
        tests=("tests/commands/test_init_command.py::test_a_file_that_appears_meanwhile_is_not_overwritten",),
    ),
)
