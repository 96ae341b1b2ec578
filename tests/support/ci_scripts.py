"""The scripts of `.ci`, which are no package, as modules."""

import importlib.util
import sys
from types import ModuleType

from tests.support.processes.bots import ROOT


def ci_script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / f".ci/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
