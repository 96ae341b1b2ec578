"""Objects of which one key or another has to be there."""

from typing import Any

from langgraph.types import interrupt


def one_or_the_other(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {url? (without path): text, path? (without url): text}"""
    source = interrupt("From where?")
    if "url" in source:
        return {"from": source["url"].strip()}
    elif "path" in source:
        return {"from": source["path"].strip()}
    else:
        raise ValueError("url or path")


def one_and_else_the_other(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {url?: unknown, path? (without url): unknown}"""
    source = interrupt("From where?")
    if "url" in source:
        return {"from": source["url"]}
    return {"from": source["path"]}


def looked_for_beforehand(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {url? (without path): unknown, path? (without url): unknown}"""
    source = interrupt("From where?")
    if "url" not in source and "path" not in source:
        raise ValueError("url or path")
    return {"from": source.get("url") or source.get("path")}


def one_of_three(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {text? (without id, without url): text, url? (without id, without text): text, id? (without text, without url): whole number}"""
    source = interrupt("From where?")
    if "text" in source:
        return {"messages": [source["text"]]}
    if "url" in source:
        return {"from": source["url"].strip()}
    if "id" in source:
        return {"from": int(source["id"])}
    raise ValueError("one of them")


def both_of_them(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {start: unknown, end: unknown}"""
    span = interrupt("From when to when?")
    if "start" not in span or "end" not in span:
        raise ValueError("both")
    return {"start": span["start"], "end": span["end"]}


def one_where_the_other_is(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {end?: unknown}"""
    span = interrupt("From when to when?")
    if "start" in span:
        if "end" not in span:
            raise ValueError("an end, too")
        return {"end": span["end"]}
    return {}
