"""Questions whose answer is only tested for being true."""

from typing import Any

from langgraph.graph import END
from langgraph.types import Command, interrupt


def branches_on_it(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    approved = interrupt("Do you approve the transfer?")
    if approved:
        return {"outcome": "sent"}
    return {"outcome": "cancelled"}


def asks_in_the_test(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    if interrupt({"question": "Delete the folder?", "folder": state["folder"]}):
        return {"deleted": True}
    return {"deleted": False}


def leaves_early(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    ok = interrupt("Go on?")
    if not ok:
        return {}
    return {"step": state["step"] + 1}


def chooses_the_next_node(state: dict[str, Any]) -> Command[Any]:
    """answer: true | false"""
    release = interrupt({"version": state["version"]})
    return Command(goto="publish" if release else END)


def is_exactly_true(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    answer = interrupt("Ship it?")
    return {"ship": answer is True}


def equals_true(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    answer = interrupt("Ship it?")
    if answer == True:
        return {"ship": "yes"}
    return {"ship": "no"}


def is_made_a_bool(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    return {"confirmed": bool(interrupt("Send the invitations?"))}


def is_tested_with_something_else(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    answer = interrupt("Overwrite the file?")
    if state["dry_run"] or not answer:
        return {"written": False}
    return {"written": True}


def is_asserted(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    answer = interrupt("Are the figures right?")
    assert answer, "the figures were not confirmed"
    return {"checked": True}


def is_bound_in_the_test(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    if (agreed := interrupt("Do both sides agree?")) is False:
        return {"agreed": agreed}
    return {"agreed": True}


def is_logged_as_well(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    approved = interrupt("Pay the invoice?")
    print(f"the reviewer said {approved}")
    return {"paid": 1 if approved else 0}


def names_itself_in_the_outcome(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    is_approved = interrupt("Pay the invoice?")
    if is_approved:
        return {"log": f"approved: {is_approved}"}
    return {"log": "rejected"}


def is_kept_under_its_name(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    confirmed = interrupt("Book the room?")
    if confirmed:
        return {"confirmed": confirmed}
    return {"confirmed": False}


def matches_true_or_false(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    match interrupt("Keep the draft?"):
        case True:
            return {"kept": 1}
        case False:
            return {"kept": 0}
    return {}


def goes_on_until_it_is_true(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    while not interrupt("Is the table set?"):
        pass
    return {"set": True}


def is_declared_as_a_bool(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    wanted: bool = interrupt("Would you like a reminder?")
    return {"reminder": wanted}
