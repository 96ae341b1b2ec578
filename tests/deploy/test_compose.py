"""The Compose file fits its schema, the image's settings, and the files beside it."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from countersign.commands.command_line import command_line
from countersign.secret_files import SECRETS
from countersign.settings import Settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("front", "worker", "migrate")
PROMETHEUS = yaml.safe_load((FOLDER / "prometheus/prometheus.yml").read_text())
KNOWN = {name.upper() for name in Settings.model_fields} | {f"{name}_FILE" for name in SECRETS}

ours = pytest.mark.parametrize("name", OURS)


def test_it_fits_the_compose_specification() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run(
        [*command, str(FOLDER / "compose.yaml")], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


@ours
def test_its_settings_and_commands_are_real(name: str) -> None:
    service = SERVICES[name]
    assert set(service["environment"]) <= KNOWN
    command_line().parse_args(service["command"])
    if name != "migrate":
        limits = int(service["stop_grace_period"].removesuffix("s"))
        assert limits >= int(service["environment"]["SHUTDOWN_GRACE"]) + 40


@ours
def test_every_secret_that_is_read_is_mounted(name: str) -> None:
    service = SERVICES[name]
    values = [str(value) for value in service["environment"].values()]
    read = set(re.findall(r"/run/secrets/(\w+)", " ".join(values)))
    assert read == set(service["secrets"])
    assert not any(re.search(r"xox|://\w+:", value) for value in values), "no secret in clear"


def test_who_runs_the_bot_knows_neither_the_owners_password_nor_the_superusers() -> None:
    known = {name: set(service.get("secrets", ())) for name, service in SERVICES.items()}
    assert [name for name in known if "postgres_password" in known[name]] == ["postgres"]
    assert {name for name in known if "postgres_owner_password" in known[name]} == {"migrate", "postgres"}
    users = {name: SERVICES[name]["environment"]["DATABASE_URL"].split("@")[0] for name in OURS}
    assert users["front"] == users["worker"] == "postgresql://countersign_run"
    assert users["migrate"] == "postgresql://countersign_owner"
    assert SERVICES["migrate"]["command"][-1] == "countersign_run"


def test_every_file_and_service_that_is_named_is_there() -> None:
    secrets = {name for service in SERVICES.values() for name in service.get("secrets", ())}
    assert secrets == set(COMPOSE["secrets"])
    for service in SERVICES.values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert (FOLDER / source).exists() if source.startswith("./") else source in COMPOSE["volumes"]
        assert set(service.get("depends_on", ())) <= set(SERVICES)
    ignored = (ROOT / ".gitignore").read_text().split()
    assert "deploy/secrets/" in ignored


def test_nothing_but_prometheus_and_grafana_has_a_port_and_only_for_this_machine() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(ports) == {"prometheus", "grafana"}
    assert all(port.startswith("127.0.0.1:") for each in ports.values() for port in each)


def test_prometheus_scrapes_every_front_and_worker_and_reads_the_rules() -> None:
    image = dict(re.findall(r"(PORT|WORKER_PORT)=(\d+)", (ROOT / "Dockerfile").read_text()))
    found = {
        (job["dns_sd_configs"][0]["names"][0], job["dns_sd_configs"][0]["port"])
        for job in PROMETHEUS["scrape_configs"]
    }
    assert found == {("front", int(image["PORT"])), ("worker", int(image["WORKER_PORT"]))}
    assert all(job["job_name"].startswith("countersign-") for job in PROMETHEUS["scrape_configs"])
    mounted = {volume.split(":")[1] for volume in SERVICES["prometheus"]["volumes"]}
    assert set(PROMETHEUS["rule_files"]) <= mounted


def test_grafana_finds_prometheus_and_the_dashboard() -> None:
    folder = FOLDER / "grafana/provisioning"
    (source,) = yaml.safe_load((folder / "datasources/prometheus.yml").read_text())["datasources"]
    (provider,) = yaml.safe_load((folder / "dashboards/countersign.yml").read_text())["providers"]
    assert source["url"] == "http://prometheus:9090"
    mounted = [volume.split(":")[1] for volume in SERVICES["grafana"]["volumes"]]
    assert any(place.startswith(f"{provider['options']['path']}/") for place in mounted)


def test_the_database_has_room_for_all_connections() -> None:
    (limit,) = re.findall(r"max_connections=(\d+)", " ".join(SERVICES["postgres"]["command"]))
    workers = SERVICES["worker"]["deploy"]["replicas"]
    most = 2.25 * 4 + 12 + workers * (2.25 * 16 + 12)
    assert most < int(limit)


def test_the_dockerfile_passes_hadolint() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint has no package for this platform")
    done = subprocess.run(
        [hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "")
