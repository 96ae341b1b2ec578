"""The local workspace's page in a real Chromium, with the real bot behind it.

    python -m benchmarks.page [--loads 5] [--clicks 20]

Bob presses Approve in his window; measured is how long until his card and the one in alice's window say so.
Both windows are watched from within, after each change of what is drawn, by the machine's clock.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from benchmarks.driving import warm_up
from benchmarks.figures import percentile, short
from benchmarks.server import open_server
from benchmarks.sides import Side, open_side
from countersign.testing.cards import approval_card
from tests.support.postgres.databases import database, migrated_template

FIRST_PAINT, SHOWN = 1000.0, 100.0  # milliseconds, at most
REST = 1.0  # seconds between two clicks, for the bot and the browser to come to rest
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
)

_PAINTED = """
() => new Promise(found => new PerformanceObserver(list => {
    for (const entry of list.getEntriesByName('first-contentful-paint')) found(entry.startTime);
}).observe({type: 'paint', buffered: true}))
"""
# Gives the moment at which the frame after that change is drawn, in milliseconds since 1970.
_WATCH = """
() => {
    const now = () => performance.timeOrigin + performance.now();
    const thread = document.querySelector('.thread');
    window.shown = new Promise(found => {
        const look = () => {
            if (thread.querySelector('[data-action="approval:approve"]')) return;
            if (!thread.innerText.includes('Approved')) return;
            watcher.disconnect();
            requestAnimationFrame(() => setTimeout(() => found(now())));
        };
        const watcher = new MutationObserver(look);
        watcher.observe(thread, {subtree: true, childList: true, characterData: true, attributes: true});
    });
    const button = thread.querySelector('[data-action="approval:approve"]');
    window.pressed = new Promise(found => {
        button.addEventListener('click', () => found(now()), {capture: true});
    });
}
"""


@dataclass(kw_only=True)
class Times:
    """Milliseconds."""

    paint: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)  # from the click to the clicker's own card
    other: list[float] = field(default_factory=list)  # to the card in the other window


async def visit(browser: Browser, side: Side, person: str) -> Page:
    """The page as somebody, in a browser that has never seen it."""
    context = await browser.new_context(viewport={"width": 1360, "height": 820})
    page = await context.new_page()
    await page.goto(f"{side.ws.page_url}&as={person}")
    await expect(page.get_by_role("button", name="Change person")).to_be_visible()
    return page


async def measure(side: Side, browser: Browser, *, loads: int, clicks: int) -> Times:
    """So many first loads, then so many clicks, each in a new thread and at rest."""
    times = Times()
    for _ in range(loads):
        page = await visit(browser, side, "alice")
        times.paint.append(await page.evaluate(_PAINTED))
        await page.context.close()
    bob, alice = await visit(browser, side, "bob"), await visit(browser, side, "alice")
    for number in range(clicks + 1):
        thread = await side.ws.carol.mentions("transfer 12")
        card = await approval_card(thread)
        for page in (bob, alice):
            await page.goto(f"{side.ws.address}/#/{thread.channel}/{thread.ts}")
            button = page.locator(".thread [data-action='approval:approve']")
            await expect(button).to_be_visible()
        await asyncio.sleep(REST)
        for page in (bob, alice):
            await page.evaluate(_WATCH)
        await bob.locator(".thread [data-action='approval:approve']").click()
        pressed = await bob.evaluate("() => window.pressed")
        own, other = [await page.evaluate("() => window.shown") for page in (bob, alice)]
        await card.closes()
        if number:  # the first one shows who bob is
            times.own.append(own - pressed)
            times.other.append(other - pressed)
    return times


def markdown(times: Times) -> str:
    lines = ["| milliseconds | target | p50 | p95 | most |  |", "|---|---|---|---|---|---|"]
    rows: Sequence[tuple[str, float, list[float]]] = (
        (f"first paint of the page, {len(times.paint)} fresh loads", FIRST_PAINT, times.paint),
        (f'click -> "Approved" in the clicker\'s window, {len(times.own)} clicks', SHOWN, times.own),
        ('click -> "Approved" in somebody else\'s window', SHOWN, times.other),
    )
    for name, target, found in rows:
        p50, p95, most = (percentile(found, percent) for percent in (50, 95, 100))
        met = "met" if most < target else "met at p50" if p50 < target else "**missed**"
        lines.append(f"| {name} | {target:.0f} | {short(p50)} | {short(p95)} | {short(most)} | {met} |")
    return "\n".join(lines)


async def run(url: str, folder: Path, chromium: str, *, loads: int, clicks: int) -> Times:
    async with AsyncExitStack() as stack:
        side = await stack.enter_async_context(open_side("socket", url, folder))
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        stack.push_async_callback(browser.close)
        await warm_up(side)
        return await measure(side, browser, loads=loads, clicks=clicks)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description="Measure the page.")
    parser.add_argument("--loads", type=int, default=5)
    parser.add_argument("--clicks", type=int, default=20)
    given = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.exit("There is no Chromium here to measure the page in. Debian has it: apt-get install chromium.")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        os.environ.pop(name, None)
        os.environ.pop(name.lower(), None)
    with (
        open_server() as server,
        migrated_template(server.url) as template,
        database(server.url, template=template) as url,
        tempfile.TemporaryDirectory() as folder,
    ):
        times = asyncio.run(run(url, Path(folder), chromium, loads=given.loads, clicks=given.clicks))
    print(markdown(times))
    return 0


if __name__ == "__main__":
    sys.exit(main())
