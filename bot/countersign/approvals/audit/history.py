"""An approval's entries as sentences, for somebody who does not know the ledger's fields."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.ledger import Observation
from countersign.approvals.lifecycle import Event

Entry = Mapping[str, Json]
Sentence = Callable[[str, Mapping[str, Json]], str]  # of who did it, and the detail


def history(entries: Sequence[Entry]) -> list[str]:
    """A line for each entry: when, and what happened in words."""
    return [f"{_when(entry)}  {in_words(entry)}" for entry in entries]


def in_words(entry: Entry) -> str:
    """What happened, and who did it, on one line."""
    return _one_line(_sentence(entry))


def _one_line(text: str) -> str:
    """On one line, with control characters escaped: it may quote people."""
    return "".join(char if char.isprintable() else "\ufffd" for char in " ".join(text.split()))


def _when(entry: Entry) -> str:
    return f"{str(entry.get('at', ''))[:19].replace('T', ' ')} UTC"


def _sentence(entry: Entry) -> str:
    event, detail = str(entry.get("event")), entry.get("detail")
    write = SENTENCES.get(event)
    given = detail if isinstance(detail, Mapping) else {}
    return write(_person(entry.get("actor")), given) if write is not None else event.replace("_", " ")


def _opened(_who: str, detail: Mapping[str, Json]) -> str:
    asked, rows = detail.get("asked"), detail.get("rows")
    asked = asked if isinstance(asked, Mapping) else {}
    by = asked.get("requester") or "nobody (a bot or a schedule)"
    names = dict.fromkeys(str(row.get("rule")) for row in _mappings(rows))
    under = f" under {_and(f'the rule “{name}”' for name in names)}" if names else " without a policy"
    return f"asked for by {by}{under}: “{asked.get('title', '')}”"


def _voted(who: str, detail: Mapping[str, Json]) -> str:
    return f"{who} {_decisions(detail)}{_still_needed(detail)}"


def _decided(who: str, detail: Mapping[str, Json]) -> str:
    via = detail.get("via")
    if via in {"auto", "grant"}:
        return f"decided without asking: {_decisions(detail)}"
    return f"{who} {_decisions(detail)}, which decided it"


def _refused(who: str, detail: Mapping[str, Json]) -> str:
    kind = detail.get("kind")
    tried = f"tried to {kind}" if kind else "tried to decide"
    return f"{who} {tried}, which was refused: {detail.get('why', '')}"


def _shown(_who: str, detail: Mapping[str, Json]) -> str:
    what = str(detail.get("as", "card")).replace("_", " ")
    return f"the {what} was shown in {detail.get('channel', 'Slack')}"


def _resumed(_who: str, detail: Mapping[str, Json]) -> str:
    return f"the agent took the answer; its run {detail.get('run', 'went on')}"


def _timed_out(_who: str, detail: Mapping[str, Json]) -> str:
    found = detail.get("decisions")
    outcomes = [_outcome_word(each) for each in found.values()] if isinstance(found, Mapping) else []
    return f"nobody decided in time: {_and(dict.fromkeys(outcomes)) or 'expired'}"


def _outcome_word(decision: Json) -> str:
    if not isinstance(decision, Mapping):
        return str(decision)
    return _cancelled_run(decision) or _done(decision.get("kind"))


def _referred(who: str, detail: Mapping[str, Json]) -> str:
    asked = _person({"id": detail.get("to"), "name": detail.get("name")})
    note = detail.get("note")
    return f"{who} asked {asked} to decide it" + (f": {note}" if note else "")


def _break_glass(who: str, detail: Mapping[str, Json]) -> str:
    return f"{who} decided alone (break glass). Reason: {detail.get('reason', '')}"


def _because(text: str) -> Sentence:
    def write(who: str, detail: Mapping[str, Json]) -> str:
        reason = detail.get("reason") or detail.get("message") or detail.get("why") or detail.get("note")
        return text.format(who=who) + (f": {reason}" if isinstance(reason, str) and reason else "")

    return write


SENTENCES: Mapping[str, Sentence] = {
    Event.OPENED: _opened,
    Event.VOTED: _voted,
    Event.VOTE_WITHDRAWN: _because("{who} took their vote back"),
    Event.DECIDED: _decided,
    Event.CLAIMED: _because("{who} claimed it"),
    Event.REFERRED: _referred,
    Event.RELEASED: _because("the claim ended"),
    Event.REMINDED: _because("people were reminded"),
    Event.ESCALATED: _because("escalated: escalate_to may decide it too"),
    Event.TIMED_OUT: _timed_out,
    Event.CANCELLED: _because("{who} cancelled it"),
    Event.RESUMED: _resumed,
    Event.RUN_CANCELLED: _because("the run ended without an answer"),
    Event.UNDONE: _because("{who} undid the decision"),
    Event.SENT: _because("the decision can't be undone any more, and goes to the agent"),
    Event.LAPSED: _because("the approval was too old when its action was about to run: asked again"),
    Event.REOPENED: _because("the agent refused the answer: asked again"),
    Event.WITHDRAWN: _because("withdrawn: the question is gone"),
    Observation.SHOWN: _shown,
    Observation.CARD_DELETED: _because("the card's message was deleted"),
    Observation.BREAK_GLASS: _break_glass,
    Observation.BREAK_GLASS_REVIEWED: _because("{who} reviewed the decision by break glass"),
    Observation.REFUSED: _refused,
    Observation.GRANT_GIVEN: _because("{who} gave a grant"),
    Observation.GRANT_USED: _because("a grant of {who} was used"),
    Observation.GRANT_REVOKED: _because("{who} revoked a grant"),
}


def _decisions(detail: Mapping[str, Json]) -> str:
    """What was done, row by row where a card has several: `approved`, `rejected: too expensive`."""
    rows = detail.get("rows")
    rows = rows if isinstance(rows, Mapping) else {}
    found = {row: each for row, each in rows.items() if isinstance(each, Mapping)}
    if len(found) == 1:
        return _decision(next(iter(found.values())))
    return _and(f"{_decision(each)} (action {int(row) + 1})" for row, each in found.items()) or "decided"


def _decision(row: Mapping[str, Json]) -> str:
    done = _cancelled_run(row) or _changed(row) or _done(row.get("kind"))
    agreed = row.get("decided")
    if isinstance(agreed, Mapping):
        done += " the edit" if agreed.get("kind") == "edit" else " what was proposed"
    if row.get("rule"):
        done += f" by {row['rule']}"
    elif row.get("granted_by"):
        done += f" by a grant of {row['granted_by']}"
    standing_in = row.get("on_behalf_of")
    if isinstance(standing_in, Mapping):
        done += f" for {_and(_person(each) for each in standing_in.values())}"
    if row.get("broke_glass"):
        done += " alone (break glass)"
    message = row.get("message")
    return f"{done}: {message}" if isinstance(message, str) and message else done


def _changed(row: Mapping[str, Json]) -> str:
    """`edited it (amount: 1500 → 900)`, or what changed of the state with an answer."""
    before, after = row.get("before"), row.get("value")
    if row.get("kind") == "edit":
        if not isinstance(before, Mapping) or not isinstance(after, Mapping):
            return f"edited it ({_json(before)} → {_json(after)})"
        names = dict.fromkeys([*before, *after])
        changes = [_change(name, before, after) for name in names if before.get(name) != after.get(name)]
        return f"edited it ({', '.join(changes)})" if changes else ""
    state = row.get("state")
    if not isinstance(state, Mapping):
        return ""
    changes = [
        f"{name}: {_json(each.get('before'))} → {_json(each.get('after'))}"
        for name, each in state.items()
        if isinstance(each, Mapping)
    ]
    return f"{_done(row.get('kind'))} and changed the state ({', '.join(changes)})"


def _change(name: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> str:
    return f"{name}: {_json(before.get(name))} → {_json(after.get(name))}"


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _cancelled_run(row: Mapping[str, Json]) -> str:
    return "cancelled the run" if row.get("ends_run") else ""


def _done(kind: Json) -> str:
    try:
        return DecisionKind(str(kind)).done
    except ValueError:
        return str(kind)


def _still_needed(detail: Mapping[str, Json]) -> str:
    rows = detail.get("rows")
    needed = [
        str(each)
        for row in (rows.values() if isinstance(rows, Mapping) else ())
        if isinstance(row, Mapping)
        for each in _items(row.get("needed"))
    ]
    return f"; still needed: {_and(dict.fromkeys(needed))}" if needed else ""


def _person(value: Json) -> str:
    """`Bob Berger (U0BOB)`; Countersign itself where nobody did it."""
    if not isinstance(value, Mapping):
        return "Countersign"
    name, user = value.get("name"), value.get("id") or value.get("user")
    return f"{name} ({user})" if name and user else str(name or user or "Countersign")


def _mappings(value: Json) -> Iterator[Mapping[str, Json]]:
    return (each for each in _items(value) if isinstance(each, Mapping))


def _items(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list | tuple) else ()


def _and(words: "Iterator[str] | Mapping[str, None]") -> str:
    found = list(words)
    return found[0] if len(found) == 1 else " and ".join([", ".join(found[:-1]), found[-1]]) if found else ""
