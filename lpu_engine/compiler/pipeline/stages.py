"""A shard's pieces → stages: which group of chips holds what, and how many groups it takes.

Stages follow each other in the order of the model; they are cut between pieces.
"""

from collections.abc import Iterable, Sequence

from lpu_engine.compiler.pipeline.layout import (
    Layout,
    attention_layout,
    deals_experts,
    feed_layout,
    head_layout,
    heads_layout,
    output_layout,
    router_layout,
)
from lpu_engine.compiler.pipeline.pieces import (
    ADDRESSES,
    BANK_BYTES,
    CUTS,
    MIB,
    Atom,
    BadDeployment,
    Cut,
    Kind,
    Piece,
    Stage,
    atoms,
    cache_rows,
    feed_units,
)
from lpu_engine.compiler.pipeline.shard import Shard
from lpu_engine.compiler.placement import DoesNotFit
from lpu_engine.hardware.lpu import INSTALL_CYCLES, NODE


def stages_of(shard: Shard, window: int, users: int, count: int | None) -> tuple[Stage, ...]:
    """The stages of a model: the fewest, or `count` of them, cut so that most users have room.

    Raises DoesNotFit, BadDeployment.
    """
    packing = Packing(shard, window)
    packing.check(users)
    if count is None:
        found = (packing.filled(pieces, users) for pieces in packing.cuts(users))
        return packing.stages(min((cut for cut in found if cut), key=len))
    best: tuple[int, Cut] | None = None
    for pieces in packing.cuts(users):
        most = packing.most_users(pieces, users, count) if len(pieces) >= count else 0
        if most and (best is None or most > best[0]):
            cut = packing.levelled(pieces, most, count)
            best = (most, cut) if cut else best
    if best is None:
        raise _impossible(shard, window, users, count)
    return packing.stages(best[1])


def _impossible(shard: Shard, window: int, users: int, count: int) -> ValueError:
    """Why there are no `count` stages."""
    least, name = len(stages_of(shard, window, users, None)), shard.architecture.name
    if count < least:
        return DoesNotFit(_too_few(shard, window, users, count, least))
    most = max(map(len, Packing(shard, window).cuts(users)))
    return BadDeployment(
        f"This {name} can be cut into {most:,} stages at most, {most * shard.group:,} chips in"
        f" groups of {shard.group}: give from {least * shard.group:,} chips to as many."
    )


class Packing:
    """What pieces take of a chip's addresses, and how they are packed into stages."""

    def __init__(self, shard: Shard, window: int) -> None:
        self.shard, self.window = shard, window
        a = shard.architecture
        router = router_layout(shard).rows if a.experts else 0
        self._layouts = (heads_layout(shard), attention_layout(shard))
        self._attention = [layout.rows for layout in self._layouts]
        self._output = output_layout(shard)
        self._caches = [cache_rows(shard, layer, window) for layer in range(a.layers)]
        self._deals = deals_experts(shard)
        units = range(1, feed_units(shard) + 1)
        self._feeds = [0, *(self._feed_rows(n) + router for n in units)]
        self._heads = [head_layout(shard, n).rows for n in range(shard.vocabulary + 1)]

    def rows(self, atom: Atom) -> int:
        """Addresses of each bank that its weights take."""
        if atom.kind == Kind.ATTENTION:
            return self._attention[atom.vectors]
        if atom.kind == Kind.OUTPUT:
            return self._output.rows
        return self._feeds[atom.vectors] if atom.kind == Kind.FEED else self._heads[atom.vectors]

    def cache(self, atom: Atom) -> int:
        """Addresses of each user's keys and values."""
        return self._caches[atom.layer] if atom.kind == Kind.ATTENTION else 0

    def cuts(self, users: int) -> list[tuple[Atom, ...]]:
        """Ways to cut the model, the finest last."""
        cut_off = self._attention[1] + users * max(self._caches) > ADDRESSES
        finest = max(feed_units(self.shard), self.shard.vocabulary)
        ways = dict.fromkeys((*range(1, min(CUTS, finest) + 1), finest))
        return [atoms(self.shard, parts, cut_off=cut_off) for parts in ways]

    def check(self, users: int) -> None:
        """Each of the smallest pieces must fit on chips of its own. Raises DoesNotFit."""
        cache = max(self._caches)
        heads = self._attention[0]
        if heads + users * cache > ADDRESSES:
            tile = self.shard.key_vectors * INSTALL_CYCLES
            room = ((ADDRESSES - heads) // (users * tile) - 1) * self.shard.span
            can = f"Give a context of at most {room:,} tokens"
            if room <= 0:
                can = "Give a larger group" if self.shard.group < NODE else "No group holds them"
            raise DoesNotFit(
                f"A layer's heads take {_mib(heads)} MiB of each chip, and keys and"
                f" values of {self.window:,} tokens of {_users(users)} {_mib(users * cache)}: a"
                f" chip has {_mib(ADDRESSES)} for both, however many chips there are. {can}"
                f"{' or fewer users' * (users > 1 and heads + cache <= ADDRESSES)}."
            )
        smallest = max(self._feeds[1], self._heads[1], self._output.rows)
        if smallest > ADDRESSES:
            raise DoesNotFit(
                f"The smallest part of a feed-forward takes {_mib(smallest)} MiB of each chip, and"
                f" a chip has {_mib(ADDRESSES)}: "
                f"{'give a larger group' if self.shard.group < NODE else 'no group holds it'}."
            )

    def filled(self, pieces: Sequence[Atom], users: int, limit: int = ADDRESSES) -> Cut | None:
        """Stages as full as they can be; None where a piece alone is too much."""
        stages: Cut = []
        stage: list[Atom] = []
        load = 0
        joined: Atom | None = None  # the last piece of the stage, with its parts
        for atom in pieces:
            alone = self.rows(atom) + users * self.cache(atom)
            if alone > limit:
                return None
            whole = _joined(joined, atom)
            cost = (
                alone if whole is atom or joined is None else self.rows(whole) - self.rows(joined)
            )
            if load + cost > limit:
                stages.append(stage)
                stage, load, whole, cost = [], 0, atom, alone
            stage.append(atom)
            joined, load = whole, load + cost
        return [*stages, stage]

    def most_users(self, pieces: Sequence[Atom], users: int, count: int) -> int:
        """How many users have room on so many stages; 0 if fewer than are asked for."""

        def fits(users: int) -> bool:
            cut = self.filled(pieces, users)
            return cut is not None and len(cut) <= count

        if not fits(users):
            return 0
        low = users
        high = max(users, (ADDRESSES - self._attention[0]) // max(self._caches)) + 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if fits(middle) else (low, middle)
        return low

    def levelled(self, pieces: Sequence[Atom], users: int, count: int) -> Cut | None:
        """`count` stages whose loads are as equal as can be."""
        low, high = 0, ADDRESSES
        while high - low > 1:
            middle = (low + high) // 2
            cut = self.filled(pieces, users, middle)
            fits = cut is not None and len(cut) <= count
            low, high = (low, middle) if fits else (middle, high)
        cut = self.filled(pieces, users, high)
        while cut is not None and len(cut) < count:
            loads = [self._load(stage, users) * (len(stage) > 1) for stage in cut]
            if not any(loads):
                return None
            heaviest = loads.index(max(loads))
            cut[heaviest : heaviest + 1] = self._halved(cut[heaviest], users)
        return cut

    def stages(self, cut: Cut) -> tuple[Stage, ...]:
        """Pieces with their addresses."""
        out: list[Stage] = []
        done = 0  # vectors of the feed-forward that is going on
        for atoms_there in map(_pieces, cut):
            address, cache, pieces = 0, sum(map(self.rows, atoms_there)), []
            weights = cache
            for atom in atoms_there:
                is_dealt = self._deals and atom.kind == Kind.FEED
                before, done = done, done + atom.vectors * (atom.kind == Kind.FEED)
                is_last = done == feed_units(self.shard)
                piece = Piece(
                    atom.kind,
                    atom.layer,
                    self.shard.feed_forward if is_dealt else atom.vectors,
                    atom.vectors if is_dealt else self.shard.experts,
                    before if is_dealt else 0,
                    before == 0,
                    is_last,
                    self._layout(atom),
                    self.rows(atom),
                    self.cache(atom),
                    address,
                    cache,
                    is_dealt,
                )
                pieces.append(piece)
                address, cache = address + piece.rows, cache + piece.cache_rows
                if is_last:
                    done = 0
            out.append(Stage(tuple(pieces), weights, cache - weights))
        return tuple(out)

    def _layout(self, atom: Atom) -> Layout:
        if atom.kind == Kind.ATTENTION:
            return self._layouts[atom.vectors]
        if atom.kind == Kind.OUTPUT:
            return self._output
        if atom.kind == Kind.FEED:
            vectors = self.shard.feed_forward if self._deals else atom.vectors
            return feed_layout(self.shard, vectors)
        return head_layout(self.shard, atom.vectors)

    def _feed_rows(self, units: int) -> int:
        if self._deals:
            return feed_layout(self.shard, self.shard.feed_forward).rows * units
        return feed_layout(self.shard, units).rows * self.shard.experts

    def _load(self, stage: Iterable[Atom], users: int) -> int:
        return sum(self.rows(atom) + users * self.cache(atom) for atom in _pieces(stage))

    def _halved(self, stage: list[Atom], users: int) -> Cut:
        """A stage cut between two of its parts, as near to its half as can be."""
        whole = self._load(stage, users)
        at = min(range(1, len(stage)), key=lambda n: abs(2 * self._load(stage[:n], users) - whole))
        return [stage[:at], stage[at:]]


def _joined(last: Atom | None, atom: Atom) -> Atom:
    """Parts of one feed-forward, or of the logits, that stand on one stage are one piece."""
    if last is None or last.kind != atom.kind or last.layer != atom.layer:
        return atom
    return Atom(atom.kind, atom.layer, last.vectors + atom.vectors)


def _pieces(stage: Iterable[Atom]) -> list[Atom]:
    out: list[Atom] = []
    for atom in stage:
        whole = _joined(out[-1] if out else None, atom)
        if whole is not atom:
            out.pop()
        out.append(whole)
    return out


def _too_few(shard: Shard, window: int, users: int, count: int, least: int) -> str:
    packing, whole = Packing(shard, window), atoms(shard, 1)
    chips = count * shard.group
    weights = sum(map(packing.rows, whole))
    cache = users * sum(map(packing.cache, whole))
    return (
        f"{_chips(chips)} too few: the weights take {_mib(weights * shard.group)} MiB in whole"
        f" tiles and the keys and values of {window:,} tokens of {_users(users)}"
        f" {_mib(cache * shard.group)}, and a chip has {_mib(ADDRESSES)} for both. Give at least"
        f" {least * shard.group:,} chips."
    )


def _chips(chips: int) -> str:
    return f"{chips:,} chips are" if chips > 1 else "1 chip is"


def _users(users: int) -> str:
    return f"{users:,} users" if users > 1 else "one user"


def _mib(rows: int) -> str:
    return f"{rows * BANK_BYTES / MIB:,.0f}"
