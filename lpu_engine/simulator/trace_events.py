"""Cycles → events of Chrome's trace format: processes, and threads for a chip's units.

A unit may start two instructions in turns, cycle by cycle. Viewers drop or misplace events that
overlap on one thread, so a row that would overlap another goes to a further thread of its unit.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lpu_engine.hardware.lpu import CLOCK_HZ, PLACES, UNIT_NAMES, UNITS

Event = dict[str, Any]
Free = list[list[int]]  # for each unit and thread of it, the cycle from which it is free

BLOCKS = 1  # the first thread of a chip
APART = 1_000  # numbers from a unit's first thread to the next unit's
NS = 10**9
BY_PLACE = sorted(range(UNITS), key=lambda unit: (PLACES[unit], unit))  # west to east
ORDER = {unit: order for order, unit in enumerate(BY_PLACE)}


def event(
    process: int, thread: int, name: str, start: int, cycles: int, args: Mapping[str, object]
) -> Event:
    """Something that goes on for some cycles."""
    first, last = _ns(start), _ns(start + cycles)
    return {
        "ph": "X",
        "pid": process,
        "tid": thread,
        "name": name,
        "ts": _microseconds(first),
        "dur": _microseconds(last - first),
        "args": {"cycle": start, "cycles": cycles, **args},
    }


def unit_thread(unit: int, start: int, end: int, free: Free) -> int:
    """The first thread of a unit that is free at a cycle; it is taken until `end`."""
    threads = free[unit]
    further = next((i for i, cycle in enumerate(threads) if cycle <= start), len(threads))
    threads[further : further + 1] = [end]
    return BLOCKS + 1 + ORDER[unit] * APART + further


def chip_names(process: int, title: str, events: Iterable[Event]) -> Iterator[Event]:
    """A chip's name and those of its threads that have events, from its west to its east."""
    threads = {event["tid"] for event in events if event["pid"] == process}
    names = {thread: _thread_name(thread) for thread in sorted(threads)}
    yield from process_names(process, title, names)


def process_names(process: int, title: str, threads: Mapping[int, str]) -> Iterator[Event]:
    """A process and its threads by name, in the order of their numbers."""
    about: Event = {"ph": "M", "pid": process}
    yield about | {"name": "process_name", "args": {"name": title}}
    for thread, name in threads.items():
        mine = about | {"tid": thread}
        yield mine | {"name": "thread_name", "args": {"name": name}}
        yield mine | {"name": "thread_sort_index", "args": {"sort_index": thread}}


def _thread_name(thread: int) -> str:
    if thread == BLOCKS:
        return "blocks"
    order, further = divmod(thread - BLOCKS - 1, APART)
    return UNIT_NAMES[BY_PLACE[order]] + (f" · {further + 1}" if further else "")


def _ns(cycle: int) -> int:
    """Whole nanoseconds, as viewers keep time: neighbours then still meet without overlapping."""
    return cycle * NS // CLOCK_HZ


def _microseconds(ns: int) -> float:
    """As a viewer that multiplies by 1,000 and cuts gets the same nanoseconds back."""
    microseconds = ns / 1000
    return microseconds if int(microseconds * 1000) == ns else (ns + 0.1) / 1000
