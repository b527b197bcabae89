"""What others measured and published, with date and source: figures to check predictions by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Published:
    """One published figure, in the unit that its name gives."""

    model: str
    conditions: str
    value: float
    unit: str
    source: str
    date: str


BERT_BASE_LATENCY = Published(
    model="BERT-base",
    conditions="sequence 128, batch 1, fp16 arithmetic, one chip",
    value=130.0,
    unit="µs",
    source="arXiv 2206.11062",
    date="June 2022",
)
