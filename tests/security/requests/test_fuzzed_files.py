"""Whatever parses langgraph.json, a policy or a condition raises the error that it declares and no other."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.policy.clock.freeze_calendar import BadCalendar
from countersign.approvals.policy.conditions import (
    BadCondition,
    ConditionFailed,
    compile_condition,
    variables,
)
from countersign.approvals.policy.reading.keys import RULE
from countersign.approvals.policy.reading.problems import PolicyError
from countersign.approvals.policy.reading.read import read_policy
from countersign.runs.project.config import GraphConfigError, read_graph_config
from tests.security.requests.fuzzed_values import DEEP, JSON, NUMBERS, bounded, fuzzed, mutated

GRAPH_CONFIG = '{"dependencies": ["."], "graphs": {"a": "./a.py:graph"}, "env": ".env"}'
ENTRIES = JSON | mutated("./a.py:graph") | st.fixed_dictionaries({"path": JSON | mutated("./a.py:graph")})
CONFIGS = st.one_of(
    mutated(GRAPH_CONFIG),
    JSON.map(json.dumps),
    DEEP,
    NUMBERS,
    st.fixed_dictionaries(
        {"graphs": JSON | st.dictionaries(st.text(max_size=12), ENTRIES, max_size=2)},
        optional={
            "dependencies": JSON
            | st.lists(st.sampled_from([".", "./x", "\x00", "a" * 5000, "langgraph"]) | JSON),
            "context": JSON,
            "store": JSON | st.fixed_dictionaries({}, optional={"index": JSON, "ttl": JSON}),
            "checkpointer": JSON | st.fixed_dictionaries({}, optional={"serde": JSON, "ttl": JSON}),
        },
    ).map(json.dumps),
)


@fuzzed
@given(text=CONFIGS)
def test_a_langgraph_json(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.py").touch()
    file = tmp_path / "langgraph.json"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with bounded():
        try:
            config = read_graph_config(file)
        except GraphConfigError:
            return
    assert config.specs


POLICY = """
[defaults]
approvers = "members"

[[rule]]
name = "large"
graph = "shop"
action = ["refund*", "pay"]
when = "args.amount > 100.0"
quorum = 2
expire_after = "2h"
hours = {days = "Mon-Fri", from = "09:00", to = "18:00", zone = "Europe/Berlin", holidays = "DE"}
approvers = [{users = ["U0BOB00001"], count = 1}, {group = "@finance"}]
"""
KEYS = st.sampled_from([*RULE, "x"])


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value) if value is not None else "''"


POLICIES = st.one_of(
    mutated(POLICY),
    st.text(max_size=60),
    DEEP.map(lambda text: f"a = {text}"),
    NUMBERS.map(lambda text: f"[[rule]]\nname = 'a'\nquorum = {text}"),
    st.dictionaries(KEYS, JSON, max_size=5).map(
        lambda rule: "[[rule]]\n" + "\n".join(f"{key} = {toml(item)}" for key, item in rule.items())
    ),
)


def load(path: str) -> str:
    raise BadCalendar(f"there is no {path}")


@fuzzed
@given(text=POLICIES)
def test_a_policy_file(text: str) -> None:
    with bounded():
        try:
            policy = read_policy(text, load)
        except PolicyError:
            return
    assert policy.fallback.approvers


CONDITIONS = st.one_of(
    mutated("args.amount > 100.0 && action == 'pay'"),
    mutated("args.items.exists(x, x.price * 2 > 5) || requester.id in ['U1']"),
    st.text(max_size=40),
    st.integers(1, 900).map(lambda depth: "(" * depth + "true" + ")" * depth),
    st.integers(1, 900).map(lambda depth: "!" * depth + "true"),
    st.integers(1, 20).map(lambda depth: "[1].all(x, " * depth + "true" + ")" * depth),
    st.sampled_from(["args.matches('(a+)+$')", "1/0 == 1", "args[0][0][0] == 1", "string(args) == ''"]),
)


@fuzzed
@given(
    source=CONDITIONS,
    args=JSON | st.integers(1, 300).map(lambda depth: json.loads("[" * depth + "]" * depth)),
)
def test_a_condition_and_what_it_sees(source: str, args: Any) -> None:
    with bounded():
        seen = variables(
            args=args,
            action="pay",
            graph="shop",
            channel="#x",
            channel_id="C1",
            requester={"id": "U1", "groups": []},
        )
        try:
            held = compile_condition(source).holds(seen)
        except (BadCondition, ConditionFailed):
            return
    assert isinstance(held, bool)
