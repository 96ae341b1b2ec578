"""A text that the graph parses as JSON: curly quotes are straightened, what is no JSON is refused."""

from countersign.testing.cards import approval_card
from slack_local.block_kit.text import full_text
from tests.scenario.kinds.conftest import Host

SOURCE = """
    import json
    from typing import TypedDict

    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt

    class Topic(TypedDict):
        topic: str

    class Settings(TypedDict, total=False):
        topic: str
        told: str

    def configure(state: Topic):
        settings = json.loads(interrupt("Which settings, as JSON?"))
        return {"told": f"{settings['name']}, {settings['size'] + 1}"}

    builder = StateGraph(Settings, input_schema=Topic)
    builder.add_node("configure", configure)
    builder.add_edge(START, "configure")
    graph = builder.compile()
"""
BROKEN = "name is Ann"
TYPED_ON_A_PHONE = "{\u201cname\u201d:\u00a0\u201cAnn\u00a0Lee\u201d, \u201csize\u201d:\u00a03}"


async def test_broken_json_is_refused_and_curly_quotes_are_straightened(host: Host) -> None:
    async with host({"settings.py": SOURCE}, graphs={"settings": "./settings.py:graph"}) as hosted:
        carol, bob = hosted.stage.ws.people["carol"], hosted.stage.ws.people["bob"]
        thread = await hosted.says("settings: the kitchen")
        card = await approval_card(thread, limit=20)
        refused = await card.answer(bob, BROKEN)
        assert "not valid JSON" in refused.errors["/"]
        await carol.replies(thread, BROKEN)
        await thread.wait_for(lambda message: "not valid JSON" in full_text(message))

        await card.answer(bob, TYPED_ON_A_PHONE)

        assert "Ann⟨U+00A0⟩Lee, 4" in await hosted.result(thread)

        other = await hosted.says("settings: the cellar")
        await approval_card(other, limit=20)
        await carol.replies(other, TYPED_ON_A_PHONE)
        assert "Lee, 4" in await hosted.result(other)


DRAFTS = """
    import json
    from typing import TypedDict

    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt

    class Draft(TypedDict):
        text: str

    class Settings(TypedDict, total=False):
        text: str
        told: str

    def look(state: Draft):
        settings = json.loads(interrupt({"task": "Look at the settings", "text": state["text"]}))
        return {"told": f"{settings['size'] + 1} seats"}

    builder = StateGraph(Settings, input_schema=Draft)
    builder.add_node("look", look)
    builder.add_edge(START, "look")
    graph = builder.compile()
"""


async def test_a_draft_that_is_no_json_is_edited_before_it_is_approved(host: Host) -> None:
    async with host({"drafts.py": DRAFTS}, graphs={"drafts": "./drafts.py:graph"}) as hosted:
        bob = hosted.stage.ws.people["bob"]
        thread = await hosted.says('drafts: {"size": 2')
        card = await approval_card(thread, limit=20)
        assert "approval:approve" not in card.actions
        assert "not valid JSON" in (await card.edit(bob, {})).errors["/"]
        assert "not valid JSON" in (await card.edit(bob, {"/": '{"size": 3'})).errors["/"]
        await card.edit(bob, {"/": '{"size": 3}'})
        assert "4 seats" in await hosted.result(thread)

        whole = await hosted.says('drafts: {"size": 5}')
        await (await approval_card(whole, limit=20)).approve(bob)
        assert "6 seats" in await hosted.result(whole)
