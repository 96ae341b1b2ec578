"""Which workspaces INSTALL_WORKSPACES lets install the app."""

import pytest

from countersign.flow.installation.allow_list import InstallAllowList


@pytest.mark.parametrize("text", ["T0AAA,E0BBB", " T0AAA  E0BBB ", "T0AAA, E0BBB,", "E0BBB T0AAA T0AAA"])
def test_ids_are_separated_by_commas_or_blanks(text: str) -> None:
    assert InstallAllowList.parse(text) == InstallAllowList(ids=frozenset({"T0AAA", "E0BBB"}))


@pytest.mark.parametrize("text", ["*", " * "])
def test_a_star_alone_is_anyone(text: str) -> None:
    allowed = InstallAllowList.parse(text)
    assert allowed.anyone
    assert allowed.allows("T0ANY", None)


@pytest.mark.parametrize("text", ["", " , "])
def test_an_empty_list_is_a_mistake_and_allows_nobody(text: str) -> None:
    with pytest.raises(ValueError, match="has no ID"):
        InstallAllowList.parse(text)


@pytest.mark.parametrize("text", ["acme", "T0AAA *", "* *", "T0AAA t0bbb", "C0GENERAL", "T0", "U0ALICE"])
def test_what_is_no_id_is_refused_wherever_it_is(text: str) -> None:
    with pytest.raises(ValueError, match="no team or enterprise ID"):
        InstallAllowList.parse(text)


@pytest.mark.parametrize(
    ("team", "enterprise", "allowed"),
    [
        ("T0AAA", None, True),
        ("T0OTHER", "E0BBB", True),
        (None, "E0BBB", True),
        ("T0OTHER", "E0OTHER", False),
        ("T0OTHER", None, False),
        (None, None, False),
    ],
)
def test_a_workspace_is_allowed_by_its_id_or_by_its_organisation(
    team: str | None, enterprise: str | None, allowed: bool
) -> None:
    assert InstallAllowList.parse("T0AAA E0BBB").allows(team, enterprise) is allowed


def test_nobody_is_allowed_unless_it_says_so() -> None:
    assert not InstallAllowList().allows("T0AAA", "E0BBB")
