"""What others measured and published, with date and source: figures to check predictions by.

Constants are fitted to two of them alone, FITTED_TO; every other one is a test.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """What ran: a rate is the mean over the tokens that follow the first one after a prompt.

    Where no lengths were published, they are those of the site's clock.
    """

    model_id: str  # of the catalog
    chips: int
    window: int  # the context that it was served with, in tokens
    prompt_tokens: int = 128
    decoded_tokens: int = 128


@dataclass(frozen=True, slots=True)
class Published:
    """One published figure, in the unit that its name gives."""

    model: str
    conditions: str
    value: float
    unit: str
    source: str
    date: str
    run: Run | None = None  # None: it is no rate of decoded tokens


LLAMA_2_70B = Published(
    model="Llama 2 70B",
    conditions="550 tokens in, 150 out, decode only: the mean of tokens 2 to 150; 576 chips",
    value=255.0,
    unit="tokens/s",
    source="LLMPerf leaderboard, raw data, Groq's host, medians",
    date="January 2024",
    run=Run("llama2-70b-4096", 576, 4096, prompt_tokens=550, decoded_tokens=149),
)
LLAMA_2_70B_CLAIM = Published(
    model="Llama 2 70B",
    conditions="about; 4K context; no lengths published: 128 in, mean of 128; 576 chips",
    value=300.0,
    unit="tokens/s",
    source="Groq's price page, the vendor's claim",
    date="February 2024",
    run=Run("llama2-70b-4096", 576, 4096),
)
LLAMA_2_70B_QUOTED = Published(
    model="Llama 2 70B",
    conditions="no lengths published: 128 in, mean of 128; 576 chips",
    value=241.0,
    unit="tokens/s",
    source="quoted of ArtificialAnalysis, primary source not found",
    date="February 2024",
    run=Run("llama2-70b-4096", 576, 4096),
)
MIXTRAL_8X7B = Published(
    model="Mixtral 8x7B",
    conditions="about; 32K context; no lengths published: 128 in, mean of 128; 576 chips",
    value=480.0,
    unit="tokens/s",
    source="Groq's price page, the vendor's claim",
    date="February 2024",
    run=Run("mixtral-8x7b-32768", 576, 32768),
)
BERT_BASE_LATENCY = Published(
    model="BERT-base",
    conditions="sequence 128, batch 1, fp16 arithmetic, one chip",
    value=130.0,
    unit="µs",
    source="arXiv 2206.11062",
    date="June 2022",
)

SPEEDS = (LLAMA_2_70B, LLAMA_2_70B_CLAIM, LLAMA_2_70B_QUOTED, MIXTRAL_8X7B)
FITTED_TO = (LLAMA_2_70B, MIXTRAL_8X7B)  # synchronise, then expert
