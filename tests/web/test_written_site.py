"""The site on which the bench measures a page: it starts, over an engine that has its words."""

import urllib.request
from pathlib import Path

from bench.answer_page import written_site


def test_the_bench_has_a_site_with_its_words(project: Path) -> None:
    with written_site(project) as url, urllib.request.urlopen(url) as page:
        assert b'id="words-name">Written<' in page.read()
