"""Questions whose answer the code does nothing with: the run goes on whatever people say."""

from typing import Any

from langgraph.types import Command, interrupt

last: Any = None


def stands_alone(state: dict[str, Any]) -> Any:
    """answer: not used"""
    interrupt({"stage": "outline", "action": "approve"})
    return Command(goto="write")


def gets_a_name_that_nobody_reads(state: dict[str, Any]) -> Any:
    """answer: not used"""
    approval = interrupt("Approve?")  # noqa: F841
    return {"pending": True}


def gets_a_type_and_nothing_else(state: dict[str, Any]) -> Any:
    """answer: not used"""
    approved: bool = interrupt("Approve?")  # noqa: F841
    return {"pending": True}


def is_asked_in_a_loop_that_goes_on(state: dict[str, Any]) -> Any:
    """answer: not used"""
    for step in state["steps"]:
        _ = interrupt(step)
    return {}


def _pause(question: str) -> Any:
    return interrupt(question)


def is_dropped_by_who_asked_a_function_for_it(state: dict[str, Any]) -> Any:
    """answer: not used"""
    _pause("Go on?")
    return {}


def has_a_name_that_an_inner_function_reads(state: dict[str, Any]) -> Any:
    """answer: unknown"""

    def later() -> Any:
        return {"kept": answer}

    answer = interrupt("Go on?")
    return later()


def has_a_name_among_all_names(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    answer = interrupt("Go on?")  # noqa: F841
    return dict(locals())


def has_a_name_of_the_module(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    global last
    last = interrupt("Go on?")
    return {}


def is_only_printed(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    print(interrupt("Go on?"))
    return {}


def is_tested_although_nothing_follows(state: dict[str, Any]) -> Any:
    """answer: true | false"""
    if interrupt("Go on?"):
        pass
    return {}
