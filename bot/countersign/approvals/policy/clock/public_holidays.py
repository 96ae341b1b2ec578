"""Public holidays by country (`DE`), part of a country (`DE-BY`) or exchange (`XECB`), from `holidays`.

The only file that imports the library. It is imported at the first use: it takes a third of a second.
"""

import difflib
from collections.abc import Mapping
from datetime import date
from functools import cache


def is_holiday(code: str, day: date) -> bool:
    """Whether the day is a public holiday there. Raises LookupError for a code that is not known."""
    return day in _calendar(code)


def is_known(code: str) -> bool:
    try:
        _calendar(code)
    except LookupError:
        return False
    return True


def similar_code(code: str) -> str | None:
    """A known code that somebody may have meant by this one."""
    import holidays  # noqa: PLC0415

    countries = holidays.list_supported_countries(include_aliases=False)
    country = code.upper().replace("_", "-").partition("-")[0]
    if country in countries:
        parts = [f"{country}-{part}" for part in countries[country]]
        return next(iter(difflib.get_close_matches(code, parts, n=1)), country)
    known = [*countries, *holidays.list_supported_financial()]
    return next(iter(difflib.get_close_matches(country, known, n=1)), None)


@cache
def _calendar(code: str) -> Mapping[date, str]:
    """Filled year by year as days are asked for."""
    import holidays  # noqa: PLC0415

    country, _, part = code.partition("-")
    try:
        if country in holidays.list_supported_countries():
            return holidays.country_holidays(country, subdiv=part or None)
        if not part:
            return holidays.financial_holidays(country)
    except NotImplementedError:
        pass
    raise LookupError(code)
