"""A chat as a tree of messages, and two tabs' records of it as one: no page, only the modules."""

from typing import Any

import pytest
from browser_harness import OpenPage
from playwright.sync_api import Page

TREE = """async ({messages, shown, act}) => {
    const {Tree} = await import("/static/js/history/tree.js");
    const tree = new Tree(messages, shown);
    const result = new Function("tree", `return ${act}`)(tree);
    const ids = (list) => list.map(({id}) => id);
    const [path, all] = [tree.path(), tree.messages].map(ids);
    return {result: result ?? null, path, shown: tree.shown, all};
}"""
MERGE = """async ({what, kept, mine}) => {
    const merge = await import("/static/js/history/merge.js");
    return merge[what](kept, mine);
}"""


@pytest.fixture
def bare(open_page: OpenPage) -> Page:
    return open_page("/healthz", bypass_csp=True)


def message(name: str, parent: str | None, at_ms: int = 0) -> dict[str, Any]:
    role = "user" if name.startswith("q") else "assistant"
    return {"id": name, "parent": parent, "role": role, "at_ms": at_ms}


CHAT = [
    message("q1", None, 1),
    message("a1", "q1", 2),
    message("q2", "a1", 3),
    message("a2", "q2", 4),
]


def acted(page: Page, act: str, shown: dict[str, str] | None = None, more: Any = ()) -> Any:
    return page.evaluate(TREE, {"messages": [*CHAT, *more], "shown": shown or {}, "act": act})


def test_a_path_leads_from_the_first_question_to_the_end(bare: Page) -> None:
    assert acted(bare, "null")["path"] == ["q1", "a1", "q2", "a2"]


def test_an_edited_question_stands_beside_the_old_one(bare: Page) -> None:
    edit = 'tree.add({id: "q3", parent: "a1", role: "user", at_ms: 5})'
    told = acted(bare, edit)
    assert told["path"] == ["q1", "a1", "q3"]
    assert set(told["all"]) == {"q1", "a1", "q2", "a2", "q3"}
    assert acted(bare, f'({edit}, tree.siblings("q3").map(({{id}}) => id))')["result"] == [
        "q2",
        "q3",
    ]
    assert acted(bare, f'({edit}, tree.choose("q2"))')["path"] == ["q1", "a1", "q2", "a2"]


def test_a_branch_remembers_what_was_shown_in_it(bare: Page) -> None:
    more = [message("a3", "q2", 6), message("q4", None, 7), message("a4", "q4", 8)]
    assert acted(bare, "null", {"q2": "a2", "": "q4"}, more)["path"] == ["q4", "a4"]
    shown = {"q2": "a2", "": "q4"}
    assert acted(bare, 'tree.choose("q1")', shown, more)["path"] == ["q1", "a1", "q2", "a2"]


def test_what_comes_from_another_tab_hides_nothing(bare: Page) -> None:
    graft = 'tree.graft({id: "a9", parent: "q2", role: "assistant", at_ms: 9})'
    assert acted(bare, graft, {"q2": "a2"})["path"] == ["q1", "a1", "q2", "a2"]
    follows = 'tree.graft({id: "q9", parent: "a2", role: "user", at_ms: 9})'
    assert acted(bare, follows)["path"] == ["q1", "a1", "q2", "a2", "q9"]


def test_a_message_goes_with_all_that_follows_it(bare: Page) -> None:
    told = acted(bare, 'tree.remove("a1")', {"": "q1", "q1": "a1", "q2": "a2"})
    assert told["result"] == ["a1", "q2", "a2"]
    assert told["all"] == ["q1"]
    assert told["shown"] == {"": "q1"}


def test_what_was_said_before_is_the_way_to_a_message_and_not_what_is_shown(bare: Page) -> None:
    more = [message("q4", None, 7)]
    before = 'tree.before("a2").map(({id}) => id)'
    assert acted(bare, before, {"": "q4"}, more)["result"] == ["q1", "a1", "q2"]


def test_a_deep_chat_overflows_nothing(bare: Page) -> None:
    act = """(() => {
        for (let i = 0; i < 20000; i += 1) {
            tree.graft({id: `x${i}`, parent: i ? `x${i - 1}` : "a2", role: "user", at_ms: i});
        }
        return [tree.path().length, tree.before("x19999").length, tree.remove("x0").length];
    })()"""
    assert acted(bare, act)["result"] == [20004, 20003, 20000]


def chat(**fields: Any) -> dict[str, Any]:
    usual = {
        "id": "c",
        "title": "T",
        "namedAt_ms": 0,
        "createdAt_ms": 5,
        "changedAt_ms": 5,
        "version": 1,
        "settings": {},
        "settingsAt_ms": 0,
        "shown": {},
    }
    return usual | fields


def merged(page: Page, what: str, kept: Any, mine: Any) -> Any:
    return page.evaluate(MERGE, {"what": what, "kept": kept, "mine": mine})


def test_a_new_name_is_not_overwritten_by_a_tab_that_does_not_know_it(bare: Page) -> None:
    named = chat(title="New name", namedAt_ms=9, version=4, shown={"q1": "a1"})
    late = chat(
        changedAt_ms=20, version=2, shown={"q2": "a2"}, settings={"seed": 1}, settingsAt_ms=3
    )
    told = merged(bare, "mergedChat", named, late)
    assert told["title"] == "New name"
    assert told["settings"] == {"seed": 1}
    assert told["shown"] == {"q1": "a1", "q2": "a2"}
    assert told["version"] == 5
    assert told["changedAt_ms"] == 20


@pytest.mark.parametrize(
    ("kept", "mine", "stands"),
    [
        (("streaming", 9), ("streaming", 5), "kept"),
        (("streaming", 5), ("streaming", 9), "mine"),
        (("finished", 5), ("streaming", 9), "kept"),
        (("streaming", 9), ("stopped", 5), "mine"),
        (("finished", 5), ("finished", 5), "mine"),
    ],
)
def test_of_two_states_of_an_answer_the_further_one_stands(
    bare: Page, kept: tuple[str, int], mine: tuple[str, int], stands: str
) -> None:
    records = {
        name: {"role": "assistant", "state": state, "count": count, "of": name}
        for name, (state, count) in {"kept": kept, "mine": mine}.items()
    }
    assert merged(bare, "furtherMessage", records["kept"], records["mine"])["of"] == stands
