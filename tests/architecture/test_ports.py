"""The ports: every protocol between the use cases and the rooms around them is in `flow/ports`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from countersign.flow import ports

PRODUCT = Path(__file__).parents[2] / "bot" / "countersign"
PORTS = PRODUCT / "flow" / "ports"


def protocols(file: Path) -> Iterator[str]:
    for node in ast.parse(file.read_text()).body:
        bases = (
            [base for base in node.bases if isinstance(base, ast.Name)]
            if isinstance(node, ast.ClassDef)
            else []
        )
        if isinstance(node, ast.ClassDef) and any(base.id == "Protocol" for base in bases):
            yield node.name


def test_no_use_case_declares_a_protocol_elsewhere() -> None:
    elsewhere = {
        str(file.relative_to(PRODUCT)): found
        for file in PRODUCT.joinpath("flow").rglob("*.py")
        if not file.is_relative_to(PORTS) and (found := list(protocols(file)))
    }
    assert elsewhere == {}


def test_the_package_exports_every_port() -> None:
    declared = {name for file in PORTS.rglob("*.py") for name in protocols(file)}
    assert len(declared) > 30
    assert declared - set(ports.__all__) == set()


def test_an_adapter_that_names_its_port_names_one_that_is_there() -> None:
    named: set[str] = set()
    for file in PRODUCT.rglob("*.py"):
        for sentence in re.findall(r"Implements ([^.]*) of countersign\.flow\.ports", file.read_text()):
            named.update(re.findall(r"`(\w+)`", sentence))
    assert len(named) > 5
    assert named - set(ports.__all__) == set()
