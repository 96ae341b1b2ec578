"""Names as people write them, turned into Slack's ids."""

import re
from typing import Any

from graphs.assistant.slack import NotDone, Runtime, read, read_pages

CHANNEL_ID = re.compile(r"<#([CG][A-Z0-9]+)(?:\|[^>]*)?>|([CGD][A-Z0-9]{7,})")
USER_ID = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|([UW][A-Z0-9]{7,})")


async def channel_id(runtime: Runtime, name: str) -> str:
    """Return the id of the channel that `#ops`, `ops`, `<#C123|ops>` or an id names. Raises `NotDone`."""
    if match := CHANNEL_ID.fullmatch(name.strip()):
        return match[1] or match[2]
    wanted = name.strip().lstrip("#").casefold()
    pages = read_pages(
        runtime,
        "conversations.list",
        "channels",
        types="public_channel,private_channel",
        exclude_archived=True,
    )
    async for channel in pages:
        if channel["name"].casefold() == wanted:
            return str(channel["id"])
    raise NotDone(f"there is no channel #{wanted} that this bot can see. list_channels names those it can.")


async def person_id(runtime: Runtime, name: str) -> str:
    """Return the id of the one person that a name, `@name`, e-mail address or id names. Raises `NotDone`."""
    if match := USER_ID.fullmatch(name.strip()):
        return match[1] or match[2]
    people = await people_named(runtime, name, exactly=True)
    if not people:
        raise NotDone(f"nobody here is called {name}. find_person searches by part of a name.")
    if len(people) > 1:
        several = "; ".join(describe(person) for person in people)
        raise NotDone(f"{name} could be any of these, so name one by id: {several}.")
    return str(people[0]["id"])


async def people_named(runtime: Runtime, name: str, *, exactly: bool) -> list[dict[str, Any]]:
    """Return the active people (no bots) one of whose names is, or contains, this one."""
    wanted = name.strip().lstrip("@").casefold()
    found = []
    async for person in read_pages(runtime, "users.list", "members"):
        if person.get("deleted") or person.get("is_bot") or person["id"] == "USLACKBOT":
            continue
        names = names_of(person)
        as_a_whole = wanted in names or wanted in addresses_of(person)
        if as_a_whole or (not exactly and any(wanted in name for name in names)):
            found.append(person)
    return found


def names_of(person: dict[str, Any]) -> set[str]:
    """Return everything that people call this person, casefolded."""
    profile = person.get("profile") or {}
    names = (
        person.get("name"),
        person.get("real_name"),
        profile.get("display_name"),
        profile.get("real_name"),
    )
    return {name.casefold() for name in names if name}


def addresses_of(person: dict[str, Any]) -> set[str]:
    """Return the e-mail address, if the app may see it; a part of it is no way to find its owner."""
    address = (person.get("profile") or {}).get("email")
    return {address.casefold()} if address else set()


def describe(person: dict[str, Any]) -> str:
    """Return a person's name, handle and id in one phrase."""
    return f"{person.get('real_name') or person['name']} (@{person['name']}, {person['id']})"


async def asker(runtime: Runtime) -> dict[str, Any]:
    """Return Slack's user object of the person whose message started this run, empty if there is none."""
    user = runtime.config["configurable"].get("slack_user_id")
    if not user:
        return {}
    answer = await read(runtime, "users.info", user=user)
    return dict(answer["user"])


def is_guest(person: dict[str, Any]) -> bool:
    """Tell whether someone sees only part of the workspace; so does somebody about whom nothing is known."""
    return not person or any(
        person.get(mark) for mark in ("is_restricted", "is_ultra_restricted", "is_stranger")
    )
