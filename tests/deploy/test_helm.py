"""The chart, rendered by Helm's own code, fits Kubernetes' schemas and the image that it runs.

What KEDA and the Prometheus operator define is not in those schemas: of their resources only what is asserted
here is checked.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate
import promql_parser
import pytest
import yaml

from countersign.commands.command_line import command_line
from countersign.secret_files import SECRETS
from countersign.settings import Settings
from tests.deploy.test_alerts import selectors
from tests.support.exposed_metrics import exposed_metrics

helm = pytest.importorskip("helm_python", reason="Helm has no package for this platform")

CHART = Path(__file__).parents[2] / "deploy/helm/countersign"
KUBERNETES = ("1.30", "1.37")
OF_OTHERS = {"ScaledObject", "PodMonitor"}
KNOWN = {name.upper() for name in Settings.model_fields} | {f"{name}_FILE" for name in SECRETS}
POLICY = '[[rule]]\nname = "all: \\"quoted\\""\n'
MODEL_KEY = {
    "name": "ANTHROPIC_API_KEY",
    "valueFrom": {"secretKeyRef": {"name": "agents", "key": "anthropic"}},
}
SETUPS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "all": {
        "image": {"repository": "registry.example.com/agents", "tag": "7"},
        "imagePullSecrets": [{"name": "pull"}],
        "migrate": {
            "secret": {"name": "the-owner", "databaseUrl": "owner-url", "files": ["ca"]},
            "grantTo": "agents",
        },
        "settings": {"RETENTION": "30", "DATABASE_PASSWORD_COMMAND": "cat /tmp/token"},
        "extraEnv": [MODEL_KEY],
        "serviceAccountName": "agents",
        "policy": POLICY,
        "secret": {
            "name": "mine",
            "keys": {"SLACK_APP_TOKEN": None, "SLACK_SIGNING_SECRET": "signing"},
            "files": ["ca"],
        },
        "autoscaling": {"enabled": True},
        "http": {
            "enabled": True,
            "ingress": {
                "enabled": True,
                "host": "bot.example.com",
                "className": "nginx",
                "tlsSecret": "tls",
                "annotations": {"a": "b"},
            },
        },
        "networkPolicy": {
            "metricsFrom": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}],
            "extraEgress": [{"ports": [{"port": 4318}]}],
        },
        "podMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
        "podAnnotations": {"c": "d"},
        "worker": {"nodeSelector": {"e": "f"}, "tolerations": [{"operator": "Exists"}], "affinity": {}},
    },
    "oauth": {
        "secret": {
            "keys": {
                "SLACK_BOT_TOKEN": None,
                "SLACK_CLIENT_SECRET": "client-secret",
                "ENCRYPTION_KEY": "encryption-key",
            }
        },
        "settings": {
            "SLACK_CLIENT_ID": "1.2",
            "PUBLIC_URL": "https://bot.example.com",
            "INSTALL_WORKSPACES": "T1",
        },
        "http": {"enabled": True, "ingress": {"enabled": True, "host": "bot.example.com"}},
    },
    "hpa": {"autoscaling": {"enabled": True, "kind": "hpa"}},
    "least": {"networkPolicy": {"enabled": False}, "migrate": {"enabled": False}},
    "one role": {"migrate": {"secret": {"name": ""}, "grantTo": ""}},
}
every_setup = pytest.mark.parametrize("name", list(SETUPS))


def rendered(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with helm.Chart.load(CHART) as chart:
        files = chart.render(dict(values), name="cs", namespace="agents")
    return [
        document
        for name, text in files.items()
        if name.endswith(".yaml")
        for document in yaml.safe_load_all(text)
        if document
    ]


def of_kind(documents: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in documents if each["kind"] == kind}


def container(document: dict[str, Any]) -> dict[str, Any]:
    (only,) = document["spec"]["template"]["spec"]["containers"]
    found: dict[str, Any] = only
    return found


def environment(document: dict[str, Any]) -> dict[str, str]:
    """What the chart sets itself."""
    return {each["name"]: each["value"] for each in container(document)["env"] if "value" in each}


@every_setup
def test_helm_has_nothing_to_say(name: str) -> None:
    report = helm.lint(CHART, SETUPS[name], strict=True)
    assert report["errors"] == []
    assert [message for message in report["messages"] if message["severity"] > 1] == []


@every_setup
@pytest.mark.parametrize("version", KUBERNETES)
def test_kubernetes_takes_every_resource(name: str, version: str) -> None:
    documents = rendered(SETUPS[name])
    assert documents
    for document in documents:
        if document["kind"] not in OF_OTHERS:
            kubernetes_validate.validate(document, version, strict=True)


@every_setup
def test_every_process_gets_settings_and_a_command_that_exist(name: str) -> None:
    documents = rendered(SETUPS[name])
    processes = [*of_kind(documents, "Deployment").values(), *of_kind(documents, "Job").values()]
    assert len(processes) == (2 if name == "least" else 3)
    for process in processes:
        assert set(environment(process)) <= KNOWN
        command_line().parse_args(container(process)["args"])
        places = {mount["mountPath"] for mount in container(process)["volumeMounts"]}
        for variable, value in environment(process).items():
            if variable.endswith("_FILE"):
                assert str(Path(value).parent) in places, variable
        pod = process["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["automountServiceAccountToken"] is False
        assert container(process)["securityContext"]["readOnlyRootFilesystem"] is True


def test_fronts_listen_workers_work_and_both_have_probes() -> None:
    deployments = of_kind(rendered({}), "Deployment")
    assert {name: container(each)["args"] for name, each in deployments.items()} == {
        "cs-front": ["serve", "--no-worker"],
        "cs-worker": ["worker"],
    }
    for each in deployments.values():
        probes = container(each)
        (port,) = probes["ports"]
        assert {environment(each)["PORT"], environment(each)["WORKER_PORT"]} == {str(port["containerPort"])}
        assert probes["livenessProbe"]["httpGet"]["path"] == "/healthz"
        assert probes["readinessProbe"]["httpGet"]["path"] == "/readyz"
        assert "preStop" in probes["lifecycle"]
        grace = each["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        (_, pause) = probes["lifecycle"]["preStop"]["exec"]["command"]
        assert grace >= int(pause) + int(environment(each)["SHUTDOWN_GRACE"]) + 30
        assert each["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_budgets_and_selectors_meet_the_pods_that_they_are_for() -> None:
    documents = rendered(SETUPS["all"])
    deployments = of_kind(documents, "Deployment")
    for name, budget in of_kind(documents, "PodDisruptionBudget").items():
        labels = deployments[name]["spec"]["template"]["metadata"]["labels"]
        assert budget["spec"]["selector"]["matchLabels"].items() <= labels.items()
    (service,) = of_kind(documents, "Service").values()
    front = deployments["cs-front"]["spec"]["template"]["metadata"]["labels"]
    worker = deployments["cs-worker"]["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= front.items()
    assert not service["spec"]["selector"].items() <= worker.items()


def mounted(document: dict[str, Any]) -> tuple[str, list[str]]:
    """The Secret of a process, and its keys that it can read."""
    (found,) = [v["secret"] for v in document["spec"]["template"]["spec"]["volumes"] if v["name"] == "secret"]
    assert all(item["key"] == item["path"] for item in found["items"])
    return found["secretName"], [item["key"] for item in found["items"]]


def test_the_tables_are_brought_up_to_date_first_by_their_owner() -> None:
    (job,) = of_kind(rendered(SETUPS["all"]), "Job").values()
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert container(job)["args"] == ["migrate", "--grant-to", "agents"]
    assert environment(job)["DATABASE_URL_FILE"].endswith("/owner-url")
    assert mounted(job) == ("the-owner", ["owner-url", "ca"])
    (default,) = of_kind(rendered({}), "Job").values()
    assert container(default)["args"] == ["migrate", "--grant-to", "countersign_run"]
    assert environment(default)["DATABASE_URL_FILE"].endswith("/database-url")
    assert mounted(default) == ("countersign-owner", ["database-url"])
    (both,) = of_kind(rendered(SETUPS["one role"]), "Job").values()
    assert container(both)["args"] == ["migrate"]
    assert mounted(both) == ("countersign", ["database-url"])


@every_setup
def test_no_front_and_no_worker_reads_what_it_was_not_given(name: str) -> None:
    """The owner's URL above all: whoever has it changes the ledger."""
    documents = rendered(SETUPS[name])
    for process in of_kind(documents, "Deployment").values():
        secret, keys = mounted(process)
        read = {
            Path(v).name
            for k, v in environment(process).items()
            if k.endswith("_FILE") and k != "POLICY_FILE"
        }
        extra = set(SETUPS[name].get("secret", {}).get("files", ()))
        assert sorted(keys) == sorted(read | extra)
        for job in of_kind(documents, "Job").values():
            assert (mounted(job)[0] == secret) is (name == "one role")


def test_secrets_are_files_of_a_secret_that_is_not_in_the_chart() -> None:
    documents = rendered(SETUPS["all"])
    assert not of_kind(documents, "Secret")
    worker = of_kind(documents, "Deployment")["cs-worker"]
    assert "SLACK_APP_TOKEN_FILE" not in environment(worker)
    assert environment(worker)["SLACK_SIGNING_SECRET_FILE"] == "/run/secrets/countersign/signing"
    assert not set(environment(worker)) & set(SECRETS)


def test_workers_are_scaled_by_metrics_that_the_bot_has() -> None:
    documents = rendered(SETUPS["all"])
    (scaled,) = of_kind(documents, "ScaledObject").values()
    worker = of_kind(documents, "Deployment")["cs-worker"]
    assert scaled["spec"]["scaleTargetRef"]["name"] == worker["metadata"]["name"]
    assert "replicas" not in worker["spec"], "two would set it"
    assert scaled["spec"]["minReplicaCount"] >= 1
    (trigger,) = scaled["spec"]["triggers"]
    found = list(selectors(promql_parser.parse(trigger["metadata"]["query"])))
    assert {name for name, _ in found} <= exposed_metrics().keys()
    assert len(found) == 2
    assert all(labels == {"namespace", "release"} for _, labels in found), "not of all deployments together"
    assert trigger["metadata"]["query"].count('namespace="agents",release="cs"') == 2
    assert trigger["metadata"]["ignoreNullValues"] == "false", "a database that is away is no empty queue"
    assert scaled["spec"]["fallback"]["behavior"] == "currentReplicasIfHigher"
    for values, selector in (({}, 'namespace="agents"'), ({"selector": 'job="x"'}, 'job="x"')):
        (other,) = of_kind(rendered({"autoscaling": {"enabled": True, **values}}), "ScaledObject").values()
        (trigger,) = other["spec"]["triggers"]
        assert f"countersign_queue_waiting{{{selector}}}" in trigger["metadata"]["query"]
    (hpa,) = of_kind(rendered(SETUPS["hpa"]), "HorizontalPodAutoscaler").values()
    assert hpa["spec"]["scaleTargetRef"]["name"] == "cs-worker"
    assert not of_kind(rendered({}), "HorizontalPodAutoscaler")


def test_prometheus_can_tell_releases_apart() -> None:
    (monitor,) = of_kind(rendered(SETUPS["all"]), "PodMonitor").values()
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    targets = {each["targetLabel"]: each["sourceLabels"] for each in endpoint["relabelings"]}
    (worker, *_) = of_kind(rendered(SETUPS["all"]), "Deployment").values()
    known = {
        "__meta_kubernetes_pod_label_" + re.sub(r"\W", "_", name): value
        for name, value in worker["spec"]["template"]["metadata"]["labels"].items()
    }
    assert {target: [known[source] for source in sources] for target, sources in targets.items()} == {
        "release": ["cs"],
        "component": [worker["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"]],
    }


def test_graphs_have_secrets_of_their_own() -> None:
    for process in of_kind(rendered(SETUPS["all"]), "Deployment").values():
        assert MODEL_KEY in container(process)["env"]


def test_all_pods_have_the_identity_that_may_ask_for_a_password() -> None:
    documents = rendered(SETUPS["all"])
    for process in [*of_kind(documents, "Deployment").values(), *of_kind(documents, "Job").values()]:
        assert process["spec"]["template"]["spec"]["serviceAccountName"] == "agents"


@pytest.mark.parametrize(
    ("name", "open_paths"),
    [
        ("all", ["/slack/events"]),
        ("oauth", ["/slack/events", "/slack/install", "/slack/oauth_redirect"]),
    ],
)
def test_the_world_reaches_what_slack_and_its_admins_need_alone(name: str, open_paths: list[str]) -> None:
    (ingress,) = of_kind(rendered(SETUPS[name]), "Ingress").values()
    (rule,) = ingress["spec"]["rules"]
    assert [(path["path"], path["pathType"]) for path in rule["http"]["paths"]] == [
        (path, "Exact") for path in open_paths
    ]
    assert not of_kind(rendered({}), "Service"), "Socket Mode needs no way in"


def test_the_network_is_closed_but_for_what_is_needed() -> None:
    (policy,) = of_kind(rendered({}), "NetworkPolicy").values()
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    out = {port["port"] for rule in policy["spec"]["egress"] for port in rule["ports"]}
    assert out == {53, 443, 5432}
    (inbound,) = policy["spec"]["ingress"]
    assert inbound == {"from": [{"podSelector": {}}], "ports": [{"port": 3000}]}
    controller = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}]
    open_to = {"http": {"enabled": True}, "networkPolicy": {"slackFrom": controller}}
    (policy,) = of_kind(rendered(open_to), "NetworkPolicy").values()
    assert policy["spec"]["ingress"][1] == {"from": controller, "ports": [{"port": 3000}]}


def test_a_policy_arrives_as_it_was_written() -> None:
    documents = rendered(SETUPS["all"])
    (config,) = of_kind(documents, "ConfigMap").values()
    assert config["data"]["approvals.toml"] == POLICY
    worker = of_kind(documents, "Deployment")["cs-worker"]
    assert environment(worker)["POLICY_FILE"] == "/etc/countersign/approvals.toml"


@pytest.mark.parametrize(
    "values",
    [
        {"front": {"replicas": 6}},
        {"worker": {"concurrency": 500}},
        {"settings": {"SLACK_BOT_TOKEN": "xoxb-1"}},
        {"settings": {"RETENTION": 30}},
        {"secret": {"keys": {"SLACK_BOT_TOKENS": "a"}}},
        {"autoscaling": {"kind": "vpa"}},
        {"wokers": {}},
        {"secret": {"keys": {"SLACK_BOT_TOKEN": None}}},
        {"secret": {"keys": {"SLACK_BOT_TOKEN": None}}, "settings": {"SLACK_CLIENT_ID": "1.2"}},
        {"extraEnv": [{"name": "DATABASE_URL", "value": "postgresql://owner@db/x"}]},
        {"extraEnv": [{"value": "x"}]},
        {"migrate": {"grantTo": ""}},
        {"migrate": {"secret": {"name": ""}}},
    ],
)
def test_a_value_that_makes_no_sense_is_refused(values: dict[str, Any]) -> None:
    with helm.Chart.load(CHART) as chart, pytest.raises(helm.HelmError):
        chart.render(values, name="cs")


def test_the_schema_knows_every_secret() -> None:
    with helm.Chart.load(CHART) as chart:
        schema: Any = chart.schema
    keys = schema["properties"]["secret"]["properties"]["keys"]["propertyNames"]["enum"]
    assert set(keys) == set(SECRETS)
    refused = schema["definitions"]["setByChart"]["enum"]
    assert set(SECRETS) <= set(refused)


@pytest.mark.parametrize("version", KUBERNETES)
def test_the_documented_pod_of_the_owner_has_what_its_commands_read(version: str) -> None:
    page = (CHART.parents[2] / "docs/operating/deploying.md").read_text()
    (manifest,) = re.findall(
        r"^```yaml\n(apiVersion: v1\nkind: Pod\n.*?)^```", page, re.DOTALL | re.MULTILINE
    )
    pod = yaml.safe_load(manifest)
    kubernetes_validate.validate(pod, version, strict=True)
    (only,) = pod["spec"]["containers"]
    owner = rendered({})
    (job,) = of_kind(owner, "Job").values()
    names = {each["name"]: each["valueFrom"]["secretKeyRef"] for each in only["env"]}
    assert names.keys() == {"DATABASE_URL", "ENCRYPTION_KEY", "LEDGER_KEY"}
    url = names["DATABASE_URL"]
    assert (url["name"], [url["key"]]) == mounted(job)
