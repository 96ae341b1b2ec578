"""Dashboard, alert rules and runbooks hold: each metric is one that the bot has, each alert has its page."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from tests.support.exposed_metrics import exposed_metrics

ROOT = Path(__file__).parents[2]
RULES = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())
ALERTS: list[dict[str, Any]] = [rule for group in RULES["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((ROOT / "deploy/grafana/dashboard.json").read_text())
RUNBOOKS = ROOT / "docs/runbooks"
HEADINGS = ["What it means", "What to look at", "What to do"]
OF_TARGETS = {"job", "instance", "le", "namespace", "release", "component"}  # what Prometheus adds
OTHERS = {  # of Prometheus and its client
    *("up", "process_resident_memory_bytes", "process_cpu_seconds_total"),
}


def selectors(node: Any, grouped: frozenset[str] = frozenset()) -> Iterator[tuple[str, set[str]]]:
    """Each metric of a PromQL expression, with the labels that are selected or grouped by."""
    match node:
        case promql_parser.AggregateExpr():
            labels = frozenset(node.modifier.labels) if node.modifier else frozenset[str]()
            yield from selectors(node.expr, grouped | labels)
        case promql_parser.BinaryExpr():
            yield from selectors(node.lhs, grouped)
            yield from selectors(node.rhs, grouped)
        case promql_parser.Call():
            for argument in node.args:
                yield from selectors(argument, grouped)
        case promql_parser.ParenExpr() | promql_parser.UnaryExpr() | promql_parser.SubqueryExpr():
            yield from selectors(node.expr, grouped)
        case promql_parser.MatrixSelector():
            yield from selectors(node.vector_selector, grouped)
        case promql_parser.VectorSelector():
            yield node.name or "", {matcher.name for matcher in node.matchers.matchers} | grouped
        case promql_parser.NumberLiteral() | promql_parser.StringLiteral():
            return
        case _:
            raise AssertionError(f"{node!r} is not looked into")


def expressions() -> Iterator[Any]:
    for alert in ALERTS:
        yield pytest.param(alert["expr"], id=alert["alert"])
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            yield pytest.param(target["expr"], id=f"{panel['title']} {target['refId']}")


def parsed(expression: str) -> Any:
    """With Grafana's variables as it fills them in."""
    for name, value in (("$__rate_interval", "1m"), ("$job", ".*"), ("$namespace", ".*"), ("$release", ".*")):
        expression = expression.replace(name, value)
    return promql_parser.parse(expression)


@pytest.mark.parametrize("expression", list(expressions()))
def test_every_metric_is_one_that_the_bot_has_with_those_labels(expression: str) -> None:
    found = list(selectors(parsed(expression)))
    assert found
    exposed = exposed_metrics()
    for name, labels in found:
        base = re.sub(r"_(bucket|sum|count)$", "", name)
        if name in OTHERS:
            assert labels <= OF_TARGETS
            continue
        known = exposed.get(name, exposed.get(base))
        assert known is not None, name
        assert labels <= {*known, *OF_TARGETS}, name
        assert ("le" in labels) == name.endswith("_bucket"), name


@pytest.mark.parametrize("expression", list(expressions()))
def test_counters_are_read_as_rates_and_the_gauges_of_the_database_once(expression: str) -> None:
    """Each process says the same of the database: a sum over processes would be many times too large."""
    text = re.sub(r"\s+", " ", expression)
    for name in re.findall(r"countersign_\w+", text):
        if name.endswith(("_total", "_bucket")):
            assert re.search(rf"(rate|increase)\({name}", text), name
    for name in re.findall(r"sum[^(]*(?:\([^)]*\))? ?\((countersign_\w+)", text):
        assert name in {
            "countersign_socket_mode_connections",
            "countersign_database_connections",
            "countersign_database_connections_waited_for",
        }, f"{name} is of the database"


def outermost(node: Any) -> Iterator[Any]:
    """The aggregations that no other one is around."""
    match node:
        case promql_parser.AggregateExpr():
            yield node
        case promql_parser.BinaryExpr():
            yield from outermost(node.lhs)
            yield from outermost(node.rhs)
        case promql_parser.Call():
            for argument in node.args:
                yield from outermost(argument)
        case promql_parser.ParenExpr():
            yield from outermost(node.expr)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_tells_deployments_apart(alert: dict[str, Any]) -> None:
    """One Prometheus watches those of several teams: workers of one do not hide that another has none."""
    for aggregation in outermost(parsed(alert["expr"])):
        assert {"namespace", "release"} <= set(aggregation.modifier.labels)


def test_a_deployment_of_which_prometheus_knows_no_process_is_down() -> None:
    (down,) = [alert for alert in ALERTS if alert["alert"] == "CountersignDown"]
    assert "absent(up{" in down["expr"]


def test_a_deployment_that_lost_its_last_front_is_down_while_others_run() -> None:
    """Its series end, so that no comparison with 0 fires, and those of other teams keep `absent` silent."""
    (down,) = [alert for alert in ALERTS if alert["alert"] == "CountersignDown"]
    before, now = list(outermost(parsed(down["expr"])))
    kinds = {"namespace", "release", "job", "component"}
    assert set(before.modifier.labels) == set(now.modifier.labels) == kinds
    assert "present_over_time(up{" in str(before.expr) or isinstance(before.expr, promql_parser.Call)
    assert isinstance(now.expr, promql_parser.VectorSelector)
    assert re.search(r"\)\s+unless\s+group by", down["expr"])


def test_the_dashboard_can_show_one_deployment_alone() -> None:
    variables = {each["name"]: each for each in DASHBOARD["templating"]["list"]}
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            for name in ("job", "namespace", "release"):
                assert f'{name}=~"${name}"' in target["expr"], panel["title"]
    # Where nothing sets the labels, `.*` fits their absence. Grafana's own "all" lists values, none here.
    assert all(variables[name]["allValue"] == ".*" for name in ("job", "namespace", "release"))


def test_what_the_dashboard_shows_is_all_that_there_is() -> None:
    shown = {
        re.sub(r"_(bucket|sum|count)$", "", name)
        for panel in DASHBOARD["panels"]
        for target in panel.get("targets", ())
        for name, _ in selectors(parsed(target["expr"]))
    }
    assert exposed_metrics().keys() - shown == set()


def test_the_dashboard_has_panels_that_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_says_what_it_is_and_has_its_page(alert: dict[str, Any]) -> None:
    assert set(alert) == {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"\d+[mhd]", alert["for"])
    assert alert["labels"]["severity"] in {"page", "ticket"}
    page = ROOT / alert["annotations"]["runbook"]
    assert page == RUNBOOKS / f"{alert['alert']}.md"
    text = page.read_text()
    assert text.startswith(f"# {alert['alert']}\n")
    assert alert["annotations"]["summary"] in text.replace("\n", " ")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == HEADINGS
    for part in text.split("\n## ")[1:]:
        assert len(part.splitlines()) > 2, part


def test_every_page_is_of_an_alert() -> None:
    assert {page.stem for page in RUNBOOKS.glob("*.md")} == {alert["alert"] for alert in ALERTS}


def test_operating_has_one_line_for_each_alert_with_what_to_do_first() -> None:
    section = (ROOT / "docs/operating.md").read_text().split("## Alerts")[1].split("\n## ")[0]
    rows = re.findall(r"^\| \[(\w+)\]\((.*?)\) \| (\w+) \| (.+?) \| (.+?) \|$", section, re.MULTILINE)
    assert [(name, link, severity, means) for name, link, severity, means, _ in rows] == [
        (
            alert["alert"],
            f"runbooks/{alert['alert']}.md",
            alert["labels"]["severity"],
            alert["annotations"]["summary"],
        )
        for alert in ALERTS
    ]
    assert all(len(first) > 10 for *_, first in rows)
