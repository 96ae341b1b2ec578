"""A real Chromium, and pages of the workspace in it."""

import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TypeAlias

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright, expect
from slack_sdk.web.async_client import AsyncWebClient

from countersign.demo.bot.inspection_client import InspectionClient
from countersign.demo.texts import EXAMPLE_GRAPHS
from slack_local.workspace import LocalWorkspace
from tests.browser.small_app import small_app
from tests.slack_local.conftest import over_socket
from tests.support.place import NewPlace, Place
from tests.support.proxies import no_proxies
from tests.support.stage import Stage, open_stage

__all__ = ["no_proxies"]

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TOKEN = "the inspection token of the bot behind the page"
TIMEOUT_MS = 8_000  # milliseconds
_HERE = Path(__file__).parent

expect.set_options(timeout=TIMEOUT_MS)

Visit: TypeAlias = Callable[..., Awaitable[Page]]
"""`await visit(ws, "bob", width=390, dark=True)`: the page as somebody, in a window of its own."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = pytest.mark.skip(
        reason="NO CHROMIUM: the page was not tested. Install it (Debian: apt-get install chromium)."
    )
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.browser)
            if item.get_closest_marker("asyncio"):
                # One event loop for the whole folder, in which Chromium and the real bot's workspace live.
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            # Playwright is slow to start on a busy machine.
            item.add_marker(pytest.mark.timeout(180))
            if CHROMIUM is None and item.path.name != "test_build.py":
                item.add_marker(missing)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    assert CHROMIUM is not None
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(chromium: Browser) -> AsyncIterator[Visit]:
    """Opens pages. In the end none of them may have failed, or called anything but its workspace."""
    complaints: list[str] = []
    async with AsyncExitStack() as stack:

        async def open_page(
            ws: LocalWorkspace, person: str = "alice", *, width: int = 1360, dark: bool = False
        ) -> Page:
            context = await chromium.new_context(
                viewport={"width": width, "height": 820},
                color_scheme="dark" if dark else "light",
                has_touch=width < 500,
            )
            stack.push_async_callback(context.close)
            _listen(context, ws, complaints)
            page = await context.new_page()
            await page.goto(f"{ws.page_url}&as={person}")
            await expect(page.get_by_role("button", name="Change person")).to_be_visible()
            return page

        yield open_page
    assert complaints == []


def _listen(context: BrowserContext, ws: LocalWorkspace, complaints: list[str]) -> None:
    def requested(request: Request) -> None:
        if not request.url.startswith((ws.address, "data:")):
            complaints.append(f"called {request.url}")

    context.set_default_timeout(TIMEOUT_MS)
    context.on("request", requested)
    context.on("weberror", lambda error: complaints.append(f"error: {error.error}"))
    context.on(
        "console",
        lambda said: (
            complaints.append(f"console: {said.text}") if said.type in ("error", "warning") else None
        ),
    )


@pytest_asyncio.fixture(loop_scope="session")
async def bare_ws() -> AsyncIterator[LocalWorkspace]:
    """A workspace for an app of the test's own."""
    async with LocalWorkspace(retry_schedule=()) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def ws() -> AsyncIterator[LocalWorkspace]:
    """A workspace with the small app in it."""
    async with (
        LocalWorkspace(retry_schedule=(0.0, 0.05, 0.1), app_info=EXAMPLE_GRAPHS) as running,
        over_socket(small_app(running), running),
    ):
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage(new_place: NewPlace) -> AsyncIterator[Stage]:
    """A workspace with the real bot in it."""
    with new_place("page") as place:
        async with _with_the_bot(place) as stage:
            yield stage


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["socket", "http"])
async def either(request: pytest.FixtureRequest, stage: Stage, new_place: NewPlace) -> AsyncIterator[Stage]:
    """That workspace, and one whose bot is reached over HTTP: each test runs in both."""
    if request.param == "socket":
        yield stage
        return
    with new_place("page-http", "http") as place:
        async with _with_the_bot(place) as reached:
            yield reached


@asynccontextmanager
async def _with_the_bot(place: Place) -> AsyncIterator[Stage]:
    async with (
        open_stage(place.folder, place.url, mode=place.mode) as stage,
        stage.bot(INSPECTION_TOKEN=TOKEN) as bot,
    ):
        inspection = InspectionClient(lambda: bot.address, TOKEN)
        context = stage.ws.page.context
        context.app_info = EXAMPLE_GRAPHS
        context.bot_details, context.message_notes = inspection.details, inspection.notes
        yield stage
        assert await bot.stop() == 0, bot.said


async def becomes(page: Page, name: str) -> None:
    """Change who sits at this page."""
    await page.get_by_role("button", name="Change person").click()
    await page.locator(".people-pick", has_text=re.compile(name)).click()
    await expect(page.get_by_role("button", name=f"You are {name}")).to_be_visible()


async def writes(page: Page, label: str, text: str) -> None:
    """Type into a composer and press Enter."""
    box = page.get_by_role("combobox", name=label)
    await box.fill(text)
    await box.press("Escape")  # what is offered for a name or a command would take the Enter
    await box.press("Enter")


@pytest.fixture
def web_client(ws: LocalWorkspace) -> AsyncWebClient:
    return AsyncWebClient(token=ws.bot_token, base_url=ws.api_url)
