"""Times of everything but the engine's words → sentences: compiler, simulator, GPUs, site, race."""

from dataclasses import asdict

from bench.answer_page import TOKENS_PER_S, AnswerPage, answer_page
from bench.cached import PROJECT
from bench.chip import chip
from bench.figures import Found
from bench.gpus import gpu_systems
from bench.pipelines import pipelines
from bench.race_page import RacePage, race_page
from bench.running_site import running_site

NO_BROWSER = "{what} in a browser: skipped, no Chromium was found; set BROWSER_PATH"


def chip_found() -> Found:
    """Program, proof, prediction and simulation of one chip."""
    taken = chip()
    numba = "with" if taken.imports_numba else "without"
    compiled = (
        f"Pebble compiled and proven: {1e3 * taken.compile_s:.0f} ms"
        f" ({1e3 * taken.first_compile_s:.0f} ms at first, {numba} numba)"
    )
    predicted = f"a prediction at another context: {1e6 * taken.predict_s:.1f} µs"
    simulated = (
        f"a token of two layers, 320 wide, simulated: {taken.simulated_token_s:.2f} s"
        f" for {taken.simulated_cycles:,} cycles"
    )
    return Found(sentences=(compiled, predicted, simulated), data={"chip": asdict(taken)})


def pipelines_found() -> Found:
    """The largest models on many chips."""
    compiled = pipelines()
    sentences = [
        f"{each.model} on {each.chips:,} chips: {each.seconds:.2f} s"
        f" ({each.compile_s:.2f} compiled, {each.verify_s:.2f} proven),"
        f" {each.peak_bytes / 2**20:.0f} MiB at most"
        for each in compiled
    ]
    return Found(sentences=tuple(sentences), data={"pipelines": [asdict(c) for c in compiled]})


def gpus_found() -> Found:
    """All systems of GPUs for one model."""
    gpus = gpu_systems()
    told = f"{gpus.model} on all {gpus.systems} systems of GPUs: {1e3 * gpus.seconds:.1f} ms"
    return Found(sentences=(told,), data={"gpus": asdict(gpus)})


def first_page_found() -> Found:
    """`make run` where everything is installed."""
    with running_site(PROJECT) as site:
        told = f"warm `make run` to the first page: {site.first_page_s:.1f} s"
        return Found(sentences=(told,), data={"first_page_s": site.first_page_s})


def race_found() -> Found:
    """Four lanes in a real browser, where there is one."""
    with running_site(PROJECT) as site:
        race = race_page(site.url)
    if race is None:
        return Found(sentences=(NO_BROWSER.format(what="a race"),), data={"race": None})
    return Found(sentences=_race(race), data={"race": asdict(race)})


def answer_found() -> Found:
    """A long answer in Markdown in a real browser, where there is one."""
    pages = answer_page(PROJECT)
    if pages is None:
        return Found(sentences=(NO_BROWSER.format(what="an answer"),), data={"answer": None})
    sentences = tuple(sentence for page in pages for sentence in _answer(page))
    return Found(sentences=sentences, data={"answer": [asdict(page) for page in pages]})


def _answer(page: AnswerPage) -> tuple[str, ...]:
    longest = f", the longest {page.longest_ms:.0f} ms" if page.long_tasks else ""
    reached = "✗" if page.long_tasks else "✓"
    return (
        f"{page.tokens:,} tokens of Markdown at {TOKENS_PER_S:,} tokens/s"
        f" ({page.shown_tokens_per_s:,.0f} shown in a browser, {page.frames:,} frames,"
        f" {page.blocks:,} blocks), a reader who {page.reader}:",
        f"{reached} {page.long_tasks} tasks over 50 ms{longest}, while others took"
        f" {page.stolen_share:.0%} of the processor",
    )


def _race(race: RacePage) -> tuple[str, ...]:
    longest = f", the longest {race.longest_ms:.0f} ms" if race.long_tasks else ""
    return (
        f"{race.lanes} lanes at {race.tokens_per_s:,.0f} tokens/s together"
        f" ({race.shown_tokens_per_s:,.0f} shown in a browser),"
        f" {race.tokens:,} tokens in {race.frames:,} frames:",
        f"{race.long_tasks} tasks over 50 ms{longest}; {race.clean_races} of {race.races} races"
        f" without any, while others took {race.stolen_share:.0%} of the processor",
    )
