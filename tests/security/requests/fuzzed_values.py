"""Values that a stranger could send, and how long one may take."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
LIMIT = 5.0  # seconds for one input, on a busy machine; each takes milliseconds
fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.data_too_large,
    ],
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
DEEP = st.integers(1, 40_000).map(lambda depth: "[" * depth + "]" * depth)
NUMBERS = st.sampled_from(["1e999", "NaN", "-Infinity", "9" * 5000, "1" + "0" * 400, "0." + "1" * 5000])


@contextmanager
def bounded() -> Iterator[None]:
    start = time.process_time()
    yield
    assert time.process_time() - start < LIMIT


def mutated(good: str) -> st.SearchStrategy[str]:
    """The text with pieces cut out, doubled, or put in."""
    junk = st.sampled_from(["", ".", "/", ",", " ", "\x00", "٣", "é", "\n", good, "-1", "9" * 30]) | st.text(
        max_size=5
    )

    @st.composite
    def change(draw: st.DrawFn) -> str:
        text = good
        for _ in range(draw(st.integers(0, 4))):
            start = draw(st.integers(0, len(text)))
            end = min(start + draw(st.integers(0, 6)), len(text))
            text = text[:start] + draw(junk) + text[end:]
        return text

    return change()
