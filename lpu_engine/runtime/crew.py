"""Two threads through one table: how they find each other, and where each waits for the other.

A step starts its threads once and they meet between operations, spinning, which costs a tenth of
starting them anew. Nobody waits for a thread that may never run: who comes first waits a moment
for the other, then shuts the door and does the whole step alone.
"""

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from lpu_engine.runtime.jit import jit

Int64 = NDArray[np.int64]
# What the threads share [32], how often this one has met the others [1], its seat, how many seats
Crew = tuple[Int64, Int64, int, int]
SEATS = 3  # of a Crew

COMERS, MEETINGS = 0, 16  # of what is shared: far apart, each in a cache line of its own
SHUT = 1 << 32  # comers are at least this many when the door is shut
PATIENCE = 20_000  # looks at the door before it is shut: some ten microseconds
LOOKS = 5_000  # while others work, before the core is offered to someone else

_yield_core = types.ExternalFunction("sched_yield", types.int32())


def _place(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.gep(data, [index])


@intrinsic
def add(typing: Any, array: Any, index: Any, amount: Any) -> Any:
    """array[index] += amount, at once for all threads; what stood there before."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = _place(context, builder, signature.args[0], args[0], args[1])
        return builder.atomic_rmw("add", place, args[2], "seq_cst")

    return types.int64(array, types.int64, types.int64), generate


@intrinsic
def look(typing: Any, array: Any, index: Any) -> Any:
    """array[index] as it is now; all that was written before it was set is seen."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = _place(context, builder, signature.args[0], args[0], args[1])
        return builder.load_atomic(place, "acquire", 8)

    return types.int64(array, types.int64), generate


@intrinsic
def swap(typing: Any, array: Any, index: Any, expected: Any, new: Any) -> Any:
    """Whether array[index] was as expected; then it is `new`."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = _place(context, builder, signature.args[0], args[0], args[1])
        both = builder.cmpxchg(place, args[2], args[3], "seq_cst", "seq_cst")
        return builder.extract_value(both, 1)

    signature = types.boolean(array, types.int64, types.int64, types.int64)
    return signature, generate


@jit
def new_crew() -> Int64:
    """What the threads of one step share."""
    return np.zeros(2 * MEETINGS, np.int64)


@jit
def join(shared: Int64, threads: int) -> Crew:
    """This thread's place: seats are taken as threads come. 0 seats: it is too late for work."""
    met = np.zeros(1, np.int64)
    seat = add(shared, COMERS, 1)
    if seat > 0:
        return shared, met, seat, threads if seat < SHUT else 0
    looks = 0
    while look(shared, COMERS) < threads:
        looks += 1
        if looks > PATIENCE and swap(shared, COMERS, 1, SHUT):
            return shared, met, seat, 1
    return shared, met, seat, threads


@jit
def meet(crew: Crew) -> None:
    """Go on when all are here."""
    shared, met, _, seats = crew
    if seats == 1:
        return
    met[0] += 1
    add(shared, MEETINGS, 1)
    looks = 0
    while look(shared, MEETINGS) < met[0] * seats:
        looks += 1
        if looks > LOOKS:
            _yield_core()


@jit
def part(count: int, crew: Crew) -> tuple[int, int]:
    """From where to where this thread's part of `count` equal things goes."""
    _, _, seat, seats = crew
    return count * seat // seats, count * (seat + 1) // seats
