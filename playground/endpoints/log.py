"""What an endpoint writes → a log that readers take like an answer's: it only grows, then ends.

An entry is a delta with the time since the request. How many tokens they are the endpoint says in
its usage; else each delta is taken for one, and that count is "~".
"""

from typing import Literal

from lpu_engine import Ending, Request, Token
from playground.endpoints.client import Piece, Usage

Reason = Literal["stop", "length", "stopped", "error"]

LOG_BYTES_PER_PIECE = 320  # a Token, its floats and its text, as CPython holds them


class EndpointLog:
    """One answer of an endpoint under way or ended; it never holds the key."""

    def __init__(self, url: str, request: Request) -> None:
        self.url = url
        self.request = request
        self.accepted_at_s = 0.0  # its readers bring a beginning of their own: a flag
        self.tokens: list[Token] = []
        self.ending: Ending | None = None
        self.usage: Usage | None = None
        self.is_begun = False
        self.open_at_start = 0  # other answers that were being computed on this machine
        self.open_at_most = 0

    @property
    def size_bytes(self) -> int:
        """About how much memory the log holds."""
        letters = sum(len(token.text) for token in self.tokens)
        return LOG_BYTES_PER_PIECE * len(self.tokens) + 4 * letters

    @property
    def token_count(self) -> int:
        return len(self.tokens) if self.usage is None else self.usage.completion_tokens

    def tokens_in(self, pieces: int) -> int:
        """How many tokens its first pieces are, as far as that is known before the last."""
        if not self.tokens:
            return 0
        return round(self.token_count * pieces / len(self.tokens))

    def begin(self, open_count: int) -> None:
        self.is_begun = True
        self.open_at_start = self.open_at_most = open_count

    def saw_open(self, open_count: int) -> None:
        self.open_at_most = max(self.open_at_most, open_count)

    def append(self, piece: Piece) -> None:
        """After the end it is left out."""
        if self.ending is not None:
            return
        if piece.text:
            self.tokens.append(Token(len(self.tokens), piece.text, piece.at_s, piece.at_s))
        self.usage = piece.usage or self.usage

    def finish(self, reason: Reason, detail: str = "") -> None:
        """The first end stands."""
        if self.ending is None:
            self.ending = Ending(reason, detail=detail)
