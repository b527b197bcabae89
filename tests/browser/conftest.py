"""A real Chromium before a real server, or before a socket that the test writes by hand."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
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
    with serving(project, words, tmp_path_factory.mktemp("collected")) as url:
        for model in (MIXTRAL, LLAMA, PEBBLE):
            counted(url, model)  # what is not compiled yet cannot be picked
        yield url


class Chromium:
    """One browser for all tests of this folder that follow each other."""

    def __init__(self) -> None:
        self._held = ExitStack()
        self._browser: Browser | None = None

    def open(self) -> Browser:
        if self._browser is None:
            path = find_browser()
            if path is None:
                lacking(NO_BROWSER)
            playwright = self._held.enter_context(sync_playwright())
            expect.set_options(timeout=PATIENCE_S * 1000)
            launch = playwright.chromium.launch(executable_path=path, args=list(LAUNCH_FLAGS))
            self._browser = self._held.enter_context(launch)
        return self._browser

    def close(self) -> None:
        self._held.close()
        self._browser = None


CHROMIUM = Chromium()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Playwright's event loop would stand in the way of other folders' tests."""
    yield
    if nextitem is None or nextitem.path.parent != item.path.parent:
        CHROMIUM.close()


def pytest_sessionfinish() -> None:
    """Where the tests were cut short."""
    CHROMIUM.close()


@pytest.fixture
def browser() -> Browser:
    return CHROMIUM.open()


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[OpenPage]:
    """Opens pages that may not log an error: a broken policy or module would.

    A test shares its profile, and so the cached files, with others that want the same options.
    """
    errors: list[str] = []
    profiles: set[BrowserContext] = set()

    def log(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED_ERRORS):
            errors.append(message.text)

    def opened(url: str | None = "/", **options: Any) -> Page:
        context = profile(browser, site, options)
        profiles.add(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", log)
        if url is not None:
            page.goto(url)
        return page

    yield opened
    for context in profiles:
        if context not in PROFILES:
            context.close()
            continue
        for page in context.pages[1:]:
            page.close()
    assert errors == []


def profile(browser: Browser, site: str, options: dict[str, Any]) -> BrowserContext:
    """A profile with these options; a test that moves its clock or keeps chats has its own.

    What was kept in one of a former test is forgotten, but for the cached files. The first page of
    a profile stays: with it window and process, which take longer to make than a page.
    """
    wanted = repr(sorted(options.items()))
    has_own_clock = options.pop("has_own_clock", False)
    has_own_store = options.pop("has_own_store", False)
    for context in browser.contexts:
        if PROFILES.get(context) == wanted and not (has_own_store and context.pages[1:]):
            if has_own_store:
                forget(context, site)
            return context
    made = browser.new_context(base_url=site, **options)
    if not has_own_clock:
        PROFILES[made] = wanted
        made.new_page().goto("/healthz")
    return made


def forget(context: BrowserContext, site: str) -> None:
    """Empties the stores of the site, as in a browser that was never there."""
    stores = {"origin": site, "storageTypes": "indexeddb,local_storage"}
    session = context.new_cdp_session(context.pages[0])
    session.send("Storage.clearDataForOrigin", stores)
    session.detach()


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
def keeper(open_hand: OpenHand) -> HandSocket:
    """A page in a browser that keeps no chat yet."""
    return open_hand(has_own_store=True)


@pytest.fixture
def cable(site: str) -> Iterator[Cable]:
    laid = Cable(int(site.rsplit(":", 1)[1]))
    yield laid
    laid.close()
