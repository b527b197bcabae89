"""What llama.cpp's server writes about each answer → its own count and its own times."""

import re
from dataclasses import dataclass

ANSWER = re.compile(
    r"prompt eval time = +(?P<prompt_ms>[\d.]+) ms / +(?P<prompt>\d+) tokens.*\n"
    r".*eval time = +[\d.]+ ms / +(?P<answer>\d+) runs.*\n"
    r".*total time = +(?P<total_ms>[\d.]+) ms"
)


@dataclass(frozen=True, slots=True)
class Timing:
    """One answer. A step follows each of its tokens, and the last step finds its end."""

    prompt_tokens: int
    answer_tokens: int
    prompt_s: float
    total_s: float

    @property
    def tokens_per_s(self) -> float:
        """After the prompt: every step with what the server does beside it."""
        return self.answer_tokens / (self.total_s - self.prompt_s)


def timings(log: str) -> list[Timing]:
    """In the order of the answers."""
    return [
        Timing(
            prompt_tokens=int(found["prompt"]),
            answer_tokens=int(found["answer"]),
            prompt_s=float(found["prompt_ms"]) / 1e3,
            total_s=float(found["total_ms"]) / 1e3,
        )
        for found in ANSWER.finditer(log)
    ]
