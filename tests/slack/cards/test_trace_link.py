"""The link to a trace behind Details, by the operator's template."""

import pytest

from countersign.slack.block_kit.trace_link import trace_link

TRACE, THREAD, APPROVAL = "a" * 32, "T1/C1/1.2", "5e1f"


@pytest.mark.parametrize(
    ("template", "link"),
    [
        ("https://t.example.com/{trace_id}", f"https://t.example.com/{TRACE}"),
        ("https://t.example.com/?c={thread_id}", "https://t.example.com/?c=T1%2FC1%2F1.2"),
        ("http://t/{approval_id}/{trace_id}", f"http://t/5e1f/{TRACE}"),
    ],
)
def test_ids_stand_in_their_places(template: str, link: str) -> None:
    assert trace_link(template, TRACE, THREAD, APPROVAL) == link


def test_an_approval_from_before_traces_has_no_link_to_one() -> None:
    assert trace_link("https://t/{trace_id}", None, THREAD, APPROVAL) is None
    assert trace_link("https://t/{thread_id}", None, THREAD, APPROVAL) is not None


@pytest.mark.parametrize(
    "template",
    [
        "https://t/",
        "https://t/{user}",
        "https://t/{trace_id.x}",
        "https://t/{}",
        "https://t/{trace_id",
        "a|{trace_id}>",
    ],
)
def test_a_template_that_makes_no_link_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        trace_link(template, TRACE, THREAD, APPROVAL)
