"""A real Chromium before a real server, or before a socket that the test writes by hand."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from browser_harness import (
    LLAMA,
    MIXTRAL,
    PATIENCE_S,
    PEBBLE,
    Cable,
    HandSocket,
    OpenHand,
    OpenPage,
    counted,
    serving,
)
from checkpoints import write_checkpoint
from find_browser import LAUNCH_FLAGS, NO_BROWSER, find_browser
from needs import lacking
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

PROFILES: WeakKeyDictionary[BrowserContext, str] = WeakKeyDictionary()
EXPECTED_ERRORS = ("WebSocket connection", "Failed to load resource")  # what a cut cable logs


@pytest.fixture(scope="session")
def site(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real server whose words come from a small seeded checkpoint."""
    words = write_checkpoint(tmp_path_factory.mktemp("words") / "tiny", window=2048)
    with serving(project, words) as url:
        for model in (MIXTRAL, LLAMA, PEBBLE):
            counted(url, model)  # what is not compiled yet cannot be picked
        yield url


@pytest.fixture(scope="module")  # its event loop would stand in the way of other folders' tests
def browser() -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        lacking(NO_BROWSER)
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_S * 1000)
        launched = playwright.chromium.launch(executable_path=path, args=list(LAUNCH_FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[OpenPage]:
    """Opens pages that may not log an error: a broken policy or module would.

    A test shares its profile, and so the cached files, with others that want the same options.
    """
    errors: list[str] = []
    pages: list[Page] = []

    def log(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED_ERRORS):
            errors.append(message.text)

    def opened(url: str | None = "/", **options: Any) -> Page:
        page = profile(browser, site, options).new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", log)
        if url is not None:
            page.goto(url)
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert errors == []


def profile(browser: Browser, site: str, options: dict[str, Any]) -> BrowserContext:
    """A profile with these options; one whose clock a test moves is that test's alone."""
    if options.pop("has_own_clock", False):
        return browser.new_context(base_url=site, **options)
    wanted = repr(sorted(options.items()))
    for context in browser.contexts:
        if PROFILES.get(context) == wanted:
            return context
    made = browser.new_context(base_url=site, **options)
    PROFILES[made] = wanted
    return made


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The chat page before the real server."""
    return open_page()


@pytest.fixture
def open_hand(open_page: OpenPage) -> OpenHand:
    """Opens chat pages before a socket that the test writes; `prepare` comes before the page."""

    def opened(prepare: Callable[[Page], None] = lambda page: None, **options: Any) -> HandSocket:
        hand = HandSocket(open_page(None, **options))
        prepare(hand.page)
        hand.page.goto("/")
        hand.page.wait_for_selector("body[data-connection=open]")
        return hand

    return opened


@pytest.fixture
def hand(open_hand: OpenHand) -> HandSocket:
    return open_hand()


@pytest.fixture
def cable(site: str) -> Iterator[Cable]:
    laid = Cable(int(site.rsplit(":", 1)[1]))
    yield laid
    laid.close()
