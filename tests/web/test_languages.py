"""Which language a reader gets, and that a Chinese page says nothing in English."""

import html
import re
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar

import pytest
from django.utils.translation import override
from web_harness import PATIENCE_S, Client, HandEngine, Served, get

from lpu_engine import GPUS, BadSystem, Generation, GpuSystem, load_catalog
from playground.cards import Cards
from playground.endpoints.failures import OF_STATUS, of_status
from playground.languages import language_of_handshake
from playground.sentences import translated

CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}
MODEL = "llama2-70b-4096"
PAGES = ("/", "/compare/", "/models/", f"/models/{MODEL}/", "/models/pebble/", "/nowhere/")
# English words that follow each other; names and units of the field are no sentence.
ENGLISH = re.compile(r"\b[a-z]{2,}(?:[ ,:;]+[a-z]{2,})+")
NAMES = re.compile(
    r"chat completions|gpt-fast|counted in a test|lpu:MODEL.*?endpoint"  # names, and a test's clock
    r'|"(?:state|id|page|clock|machine|model|service)": "[^"]*"|the model that writes the words'
)
SPOKEN = re.compile(r'(?:aria-label|title|placeholder|description" content|label)="([^"]*)"')


def english_in(text: str) -> list[str]:
    return ENGLISH.findall(NAMES.sub("", text))


def visible(page: str) -> str:
    """What a page shows, says and has its scripts read, without its mark-up."""
    shown = re.sub(r"<[^>]*>", "\n", page)
    explained = re.findall(r'data-explanation="([^"]*)"', page)
    told = html.unescape("\n".join([shown, *SPOKEN.findall(page), *explained]))
    return re.sub(r"\\u[0-9a-f]{4}", "。", told)


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("", "en"),
        ("de-DE,de", "en"),
        ("en-GB,zh-CN;q=0.5", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
        ("zh", "zh-hans"),
        ("zh-TW", "zh-hans"),
    ],
)
def test_the_browser_chooses_the_language(served: Served, wanted: str, language: str) -> None:
    _, headers, page = get(served.url, **({"Accept-Language": wanted} if wanted else {}))
    assert f'<html lang="{language}">' in page
    assert headers["Content-Language"] == language
    given = [(b"accept-language", wanted.encode())]
    assert language_of_handshake(given) == language


def test_the_reader_chooses_against_the_browser_and_stays_on_the_page(served: Served) -> None:
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    asked = urllib.parse.urlencode({"language": "zh-hans", "next": ""}).encode()
    referer = {"Referer": f"{served.url}/models/"}
    request = urllib.request.Request(f"{served.url}/language/", data=asked, headers=referer)
    with opener.open(request, timeout=PATIENCE_S) as response:
        assert response.url == f"{served.url}/models/"
        assert '<html lang="zh-hans">' in response.read().decode()
    (cookie,) = jar
    assert (cookie.name, cookie.value) == ("django_language", "zh-hans")
    assert cookie.get_nonstandard_attr("SameSite") == "Lax"
    assert cookie.has_nonstandard_attr("HttpOnly")
    cookies = {"Cookie": f"{cookie.name}={cookie.value}", "Accept-Language": "en"}
    assert '<html lang="zh-hans">' in get(served.url, **cookies)[2]
    headers = [(name.lower().encode(), value.encode()) for name, value in cookies.items()]
    assert language_of_handshake(headers) == "zh-hans"


def test_a_form_of_another_site_leads_nowhere_else(served: Served) -> None:
    asked = urllib.parse.urlencode({"language": "zh-hans", "next": "https://evil.example/"})
    request = urllib.request.Request(f"{served.url}/language/", data=asked.encode())
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
        assert response.url == f"{served.url}/"


def test_pages_that_are_made_at_once_keep_their_languages_apart(served: Served) -> None:
    wanted = ["en", "zh-CN"] * 8
    with ThreadPoolExecutor(max_workers=8) as pool:
        asked = [pool.submit(get, served.url, **{"Accept-Language": each}) for each in wanted]
        pages = [each.result()[2] for each in asked]
    languages = [re.findall(r'<html lang="([^"]*)">', page) for page in pages]
    assert languages == [["en"], ["zh-hans"]] * 8


@pytest.mark.parametrize("path", PAGES)
def test_pages_vary_by_what_chooses_their_language(served: Served, path: str) -> None:
    vary = {name.strip() for name in get(served.url + path)[1]["Vary"].split(",")}
    assert vary >= {"Accept-Language", "Cookie"}


def test_english_pages_load_no_catalog(served: Served) -> None:
    for path in PAGES:
        assert "/language/zh" not in get(served.url + path)[2]


def test_the_catalog_is_a_script_of_ours_that_a_browser_keeps(served: Served) -> None:
    page = get(served.url, **CHINESE)[2]
    found = re.search(r'<script defer src="(/language/zh-hans\.[0-9a-f]{12}\.js)"', page)
    assert found is not None
    assert page.index(found[0]) < page.index('type="module"')
    status, headers, script = get(served.url + found[1])
    assert (status, headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert "immutable" in headers["Cache-Control"]
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert '"Reading the prompt":"正在读取提示词"' in script
    assert get(f"{served.url}/language/zh-hans.000000000000.js")[0] == 404
    assert get(f"{served.url}/language/xx.000000000000.js")[0] == 404


@pytest.mark.parametrize("path", PAGES)
def test_a_chinese_page_says_nothing_in_english(
    serve: Callable[..., Served], engine: HandEngine, path: str
) -> None:
    page = get(serve(engine, cards=Cards()).url + path, **CHINESE)[2]
    assert english_in(visible(page)) == []


@pytest.mark.parametrize(
    "query",
    [
        "/?gpu=rtx",
        "/?gpu=h100-sxm&count=9",
        "/?precision=int3",
        "/?users=many",
        "/compare/?lane=lpu:x&lane=service:y&lane=z&lane=here&lane=here&speed=1&prompt=",
        f"/compare/?lane=gpu:{MODEL}:rtx:99:int3:0:1&prompt=a&prompt=b",
        f"/compare/?lane=gpu:{MODEL}:h100-sxm:1:bf16:1",
        "/models/nobody/",
        f"/models/{MODEL}/?chips=two&context=-&users=x&speed=1",
    ],
)
def test_what_is_wrong_with_an_address_is_said_in_chinese(
    serve: Callable[..., Served], engine: HandEngine, query: str
) -> None:
    status, _, page = get(serve(engine, cards=Cards()).url + query, **CHINESE)
    assert status in (200, 400, 404)
    assert english_in(visible(page)) == []


@pytest.fixture
async def reader(served: Served) -> AsyncIterator[Client]:
    """A socket of a Chinese page."""
    async with served.connect(additional_headers=CHINESE) as connected:
        yield connected


async def test_a_socket_speaks_the_language_of_its_page(reader: Client, client: Client) -> None:
    resume = {"type": "resume", "id": "a", "key": "k", "count": 0}
    assert (await reader.refused(**resume))["message"] == "这个回答已不再保留，请重新提问。"
    assert (await client.refused(**resume))["message"].startswith("This answer is not kept")


async def test_an_accepted_answer_tells_its_sources_in_chinese(
    reader: Client, generation: Callable[[], Awaitable[Generation]]
) -> None:
    accepted = await reader.accepted("a", model=MODEL)
    (await generation()).finish("stop")
    for source in (accepted["prediction"], accepted["baseline"], accepted["published"]):
        assert english_in(source["source"]) == []
    for part in accepted["baseline"]["parts"]:
        assert english_in(f"{part['name']} {part['about']}") == []


async def test_a_race_tells_its_lanes_in_chinese(
    reader: Client, generation: Callable[[], Awaitable[Generation]]
) -> None:
    system = {"gpu": "h100-sxm", "count": 8, "precision": "bf16", "users": 1}
    lanes = [
        {"machine": "lpu", "model": MODEL},
        {"machine": "gpu", "model": MODEL, **system},
        {"machine": "service", "service": "together-llama2-70b"},
        {"machine": "here"},
    ]
    asked = {
        "type": "race",
        "id": "r",
        "lanes": lanes,
        "messages": [{"role": "user", "content": "?"}],
    }
    await reader.send(**asked)
    accepted = await reader.receive()
    assert accepted["lanes"][0]["name"] == "576 块 LPU 芯片"
    for lane in accepted["lanes"]:
        told = f"{lane['source']} {lane['cost_about']} {lane['name']}"
        assert english_in(told) == []
    assert len(accepted["ratios"]) == 3
    for ratio in accepted["ratios"]:
        assert english_in(ratio["about"]) == []
    (await generation()).finish("stop")


def test_every_sentence_of_the_gpus_is_known() -> None:
    with override("zh-hans"):
        for model in load_catalog().models:
            for gpu in GPUS:
                for count, precision, users in ((1, "bf16", 1), (3, "int4", 64), (8, "fp8", 512)):
                    told = gpu_sentences(model.id, GpuSystem(gpu.id, count, precision, users))
                    for sentence in told:
                        assert english_in(translated(sentence)) == []


def gpu_sentences(model_id: str, system: GpuSystem) -> list[str]:
    try:
        found = load_catalog().model(model_id).on_gpus(system)
    except BadSystem as bad:
        return [str(bad)]
    parts = [text for part in found.parts for text in (part.name, part.about)]
    return [found.source, found.cost_about, *parts]


def test_every_sentence_of_a_status_is_known() -> None:
    with override("zh-hans"):
        for status in (*OF_STATUS, 301, 418, 500):
            assert english_in(translated(of_status(status).sentence)) == []


def test_what_is_not_known_stays_as_it_is() -> None:
    with override("zh-hans"):
        assert translated("One clear sentence.") == "One clear sentence."
    assert translated("this machine") == "this machine"
