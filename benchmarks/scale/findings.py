"""What was measured, kept in a file, so that parts can be measured apart and one page has them all."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

KEPT = Path(__file__).with_name("findings.json")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`value` is the median where there are several; `bound` is a target, which it may not exceed."""

    what: str
    unit: str
    value: float
    least: float | None = None
    greatest: float | None = None
    bound: float | None = None

    @classmethod
    def of(
        cls,
        what: str,
        unit: str,
        value: float,
        *,
        least: float | None = None,
        greatest: float | None = None,
        most: float | None = None,
    ) -> Self:
        return cls(what=what, unit=unit, value=value, least=least, greatest=greatest, bound=most)

    @property
    def met(self) -> bool | None:
        return None if self.bound is None else self.value <= self.bound


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part's findings, with what the machine was doing."""

    load: float
    at: str
    findings: tuple[Finding, ...]


def keep(name: str, part: Part, file: Path = KEPT) -> None:
    kept = json.loads(file.read_text()) if file.exists() else {}
    kept[name] = asdict(part)
    file.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


def kept(file: Path = KEPT) -> dict[str, Part]:
    stored = json.loads(file.read_text()) if file.exists() else {}
    return {
        name: Part(
            load=part["load"],
            at=part["at"],
            findings=tuple(Finding(**each) for each in part["findings"]),
        )
        for name, part in stored.items()
    }
