"""An answer that is handed to another module of the graph's own code is followed there."""

import pytest

from countersign.interrupts.code.graph_reading import read_graph
from countersign.interrupts.code.notation import notation
from countersign.interrupts.code.source import FunctionSource, GraphSource, ModuleSource, NodeSource

NODE = """\
from langgraph.types import interrupt
{line}
def node(state):
    return {{"x": {call}(interrupt("?"))}}
"""
PRICES = "def check(value):\n    return value['a']\n"
SHOP = "from .prices import check as checked\nfrom shop import prices as pricing\n"


def read(line: str, call: str, *, shop: str = SHOP) -> str:
    source = GraphSource(
        name="graph",
        modules=(
            ModuleSource(name="app", file="app.py", text=NODE.format(line=line, call=call)),
            ModuleSource(name="shop", file="shop/__init__.py", text=shop, package="shop"),
            ModuleSource(name="shop.prices", file="shop/prices.py", text=PRICES, package="shop"),
        ),
        nodes=(
            NodeSource(
                path=("node",),
                space="",
                functions=(FunctionSource(file="app.py", line=3, name="node"),),
            ),
        ),
    )
    (node,) = read_graph(source).nodes
    assert node.problem is None
    return "; ".join(notation(each.shape) for each in node.questions)


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("from shop.prices import check", "check"),
        ("from shop.prices import check as other", "other"),
        ("from shop import prices", "prices.check"),
        ("from shop import checked", "checked"),
        ("from shop import pricing", "pricing.check"),
        ("import shop.prices as prices", "prices.check"),
        ("import shop", "shop.checked"),
        ("from shop import *", "checked"),
    ],
)
def test_the_code_that_an_import_names_is_read(line: str, call: str) -> None:
    assert read(line, call) == "{a: unknown}"


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("from elsewhere import check", "check"),
        ("from shop import absent", "absent"),
        ("from shop.absent import check", "check"),
        ("import elsewhere", "elsewhere.check"),
        ("from elsewhere import *", "check"),
    ],
)
def test_of_what_another_project_does_with_an_answer_nothing_is_claimed(line: str, call: str) -> None:
    assert read(line, call) == "unknown"


def test_a_name_of_a_package_goes_before_its_module_of_the_same_name() -> None:
    own = "class prices:\n    @staticmethod\n    def check(value):\n        return value['b']\n"
    assert read("from shop import prices", "prices.check", shop=own) == "{b: unknown}"
