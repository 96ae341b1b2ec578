"""“Start an agent…” and “Ask the agent about this”: a form that starts a run."""

from countersign.flow.messages.inbound import InboundKind
from countersign.flow.thread import ThreadRef
from slack_local.fault_injection import ApiFault
from slack_local.model.records import View
from slack_local.people.threads import Thread
from tests.slack.conftest import Bot
from tests.slack.conftest import message as first_message


def labels(view: View) -> list[str]:
    return [block["label"]["text"] for block in view.definition["blocks"] if block["type"] == "input"]


def initial_text(view: View) -> str:
    (block,) = [block for block in view.definition["blocks"] if block.get("block_id") == "/text"]
    return str(block["element"].get("initial_value", ""))


async def the_root(bot: Bot) -> Thread:
    await bot.context.background_tasks.close()
    root = next(call for call in bot.ws.log.calls("chat.postMessage") if call.ok)
    ts = root.arguments.get("thread_ts") or root.answer["ts"]
    return Thread(bot.ws.slack, root.arguments["channel"], ts)


async def test_an_agent_is_started_in_the_channel_that_was_chosen(bot: Bot) -> None:
    carol = bot.ws.carol
    await carol.shortcuts("start_agent")
    form = await carol.modal_opens(title="Start an agent")
    assert labels(form) == ["Where?", "Which agent?", "What should it do?"]
    channel = bot.ws.slack.state.channel("#ops")
    assert channel is not None
    sent = await carol.submits(form, {"/channel": channel.id, "/text": "post <this> & that"})
    assert sent.outcome == "closed"
    thread = await the_root(bot)
    assert thread.channel == channel.id
    assert await bot.jobs() == [thread.id]
    (row,) = await bot.outstanding(thread)
    assert (row.text, row.user, row.kind) == ("post <this> & that", carol.id, InboundKind.MESSAGE)
    assert f"<@{carol.id}> asks: post &lt;this&gt; &amp; that" in str(thread.messages()[0].blocks)


async def test_the_form_of_an_agent_without_messages_is_in_the_same_modal(bot: Bot) -> None:
    carol = bot.ws.carol
    await carol.shortcuts("start_agent")
    form = await carol.modal_opens(title="Start an agent")
    await carol.fills(form, {"graph": "order"})
    await bot.ws.slack.changes.wait_for(
        "anything", lambda: "What should it do?" not in labels(form), limit=5, what="the agent's own fields"
    )
    general = bot.ws.slack.state.channel("#general")
    assert general is not None
    wrong = await carol.submits(form, {"/channel": general.id, "/name": "ann", "/count": "0"})
    assert list(wrong.errors) == ["/count"]
    assert (await carol.submits(form, {"/count": "3"})).outcome == "closed"
    thread = await the_root(bot)
    (row,) = await bot.outstanding(thread)
    assert (row.kind, row.text, row.body) == (InboundKind.FORM, "order:", {"name": "ann", "count": 3})
    assert "started" in str(thread.messages()[0].blocks)


async def test_a_message_is_asked_about_in_its_own_thread(bot: Bot) -> None:
    carol = bot.ws.carol
    asked = await bot.ws.alice.says("#ops", "The invoice <b> of *ACME* is late.\nAgain.")
    (about,) = asked.messages()
    await carol.shortcuts("ask_agent", about)
    form = await carol.modal_opens(title="Ask the agent")
    text = initial_text(form)
    assert text.startswith("> The invoice <b> of *ACME* is late.\n> Again.\n")
    assert f"/archives/{asked.channel}/p{about.ts.replace('.', '')}" in text
    assert (await carol.submits(form, {"/text": f"{text}What can we do?"})).outcome == "closed"
    thread = await the_root(bot)
    assert (thread.channel, thread.ts) == (asked.channel, about.ts)
    (row,) = await bot.outstanding(thread)
    assert row.text.startswith("> The invoice")
    assert row.text.endswith("What can we do?")


async def test_a_quotation_names_people_and_leaves_out_the_mention_of_the_bot(bot: Bot) -> None:
    ws = bot.ws
    said = await ws.alice.says("#ops", "@countersign ask @bob")
    await ws.carol.shortcuts("ask_agent", said.messages()[0])
    text = initial_text(await ws.carol.modal_opens(title="Ask the agent"))
    assert text.startswith(f"> ask @Bob Berger ({ws.bob.id})\n")


async def test_where_a_decision_is_awaited_nothing_is_started(bot: Bot) -> None:
    card = await bot.asks({"type": "tool_approval", "name": "pay", "args": {}})
    await bot.ws.carol.shortcuts("ask_agent", card.thread.messages()[0])
    notice = await bot.ws.carol.modal_opens(title="Nothing was started")
    assert "waits for a decision in this thread" in str(notice.definition)


async def test_a_thread_whose_agent_is_known_asks_for_no_other(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("please")
    ref = ThreadRef.parse(thread.id)
    await bot.store.accept(first_message(ref))
    async with bot.store._pool.connection() as connection:
        await connection.execute("UPDATE countersign.threads SET graph = 'order' WHERE id = %s", (thread.id,))
    await bot.ws.carol.shortcuts("ask_agent", thread.messages()[0])
    form = await bot.ws.carol.modal_opens(title="Ask the agent")
    (menu,) = [block for block in form.definition["blocks"] if block.get("block_id") == "graph"]
    assert [option["value"] for option in menu["element"]["options"]] == ["order"]


async def test_a_guest_and_a_channel_without_the_bot_are_told_so(bot: Bot) -> None:
    ws = bot.ws
    said = await ws.gus.says("#general", "hello")
    await ws.gus.shortcuts("ask_agent", said.messages()[0])
    assert "Guests can't start an agent" in str(
        (await ws.gus.modal_opens(title="Nothing was started")).definition
    )
    said = await ws.alice.says("#ops", "hello")
    ws.faults.on_call("conversations.info", ApiFault.ERROR, error="channel_not_found")
    await ws.alice.shortcuts("ask_agent", said.messages()[0])
    assert "Invite me" in str((await ws.alice.modal_opens(title="Nothing was started")).definition)

    await ws.carol.shortcuts("start_agent")
    form = await ws.carol.modal_opens(title="Start an agent")
    general = ws.slack.state.channel("#general")
    assert general is not None
    empty = await ws.carol.submits(form, {"/channel": general.id, "/text": "  "})
    assert "Write what the agent should do" in empty.errors["/text"]
    assert [call for call in ws.log.calls("chat.postMessage") if call.ok] == []


async def test_hostile_messages_are_quoted_within_slacks_limits(bot: Bot) -> None:
    for text in ("x" * 39_000, ":tada:", "\u202eevil\u202c שלום", "\n" * 3000 + "end", "<!channel> `x`"):
        said = await bot.ws.alice.says("#general", text)
        await bot.ws.alice.shortcuts("ask_agent", said.messages()[0])
        form = await bot.ws.alice.modal_opens(title="Ask the agent")
        assert len(initial_text(form)) <= 2600
        await bot.ws.alice.closes(form)
