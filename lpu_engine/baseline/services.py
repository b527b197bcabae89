"""Services that others measured: how fast they answered, when, under which conditions.

What runs behind a service is its own business, so none has chips here. Two rates are not to be
mixed: output speed, (N - 1) tokens over the seconds between first and last, and end to end, N
tokens over all seconds since the request was sent. LLMPerf lists the second one alone.
"""

from dataclasses import dataclass

LLMPERF = "LLMPerf leaderboard (Anyscale)"
LLMPERF_CONDITIONS = (
    "550 tokens in, 150 out, 5 requests at once, medians; end to end and first token as listed,"
    " output speed computed from the list's raw data"
)
LLAMA_2_70B = "llama2-70b-4096"


@dataclass(frozen=True, slots=True)
class Service:
    """One service with one model. Rates in tokens/s for one user; None: not published."""

    id: str
    name: str
    model: str
    model_id: str | None  # in the catalog; None: another model, which nothing here is compared with
    output_tokens_per_s: float  # after the first token
    end_to_end_tokens_per_s: float | None  # the first token's time included
    ttft_s: float | None
    conditions: str
    source: str
    date: str
    users: int | None = None  # at once; None: not published
    highest_output_tokens_per_s: float | None = None  # where a range was published


def _host(name: str, ttft_s: float, end_to_end: float, output: float) -> Service:
    return Service(
        f"{name.lower()}-llama2-70b",
        name,
        "Llama 2 70B",
        LLAMA_2_70B,
        output,
        end_to_end,
        ttft_s,
        LLMPERF_CONDITIONS,
        LLMPERF,
        "December 2023",
        users=5,
    )


GROQ = Service(
    "groq-llama2-70b",
    "Groq",
    "Llama 2 70B",
    LLAMA_2_70B,
    output_tokens_per_s=255,
    end_to_end_tokens_per_s=186,
    ttft_s=0.222,
    conditions=f"{LLMPERF_CONDITIONS} of January 2024, where end to end is 185",
    source=LLMPERF,
    date="December 2023",
    users=5,
    highest_output_tokens_per_s=267,
)
SERVICES = (
    GROQ,
    _host("Anyscale", 0.213, 66, 72),
    _host("Together", 0.635, 65, 87),
    _host("Fireworks", 0.517, 40, 46),
    _host("Lepton", 0.925, 33, 41),
    _host("Perplexity", 0.366, 30, 33),
    _host("Bedrock", 0.388, 22, 23),
    _host("Replicate", 1.188, 10, 12),
    Service(
        "openai-gpt-4",
        "OpenAI",
        "GPT-4",
        None,
        output_tokens_per_s=24,
        end_to_end_tokens_per_s=None,
        ttft_s=None,
        conditions="about; no lengths published",
        source="ArtificialAnalysis",
        date="early 2024",
    ),
    Service(
        "openai-gpt-4-turbo",
        "OpenAI",
        "GPT-4 Turbo",
        None,
        output_tokens_per_s=20,
        end_to_end_tokens_per_s=None,
        ttft_s=None,
        conditions="about; no lengths published",
        source="ArtificialAnalysis",
        date="early 2024",
    ),
    Service(
        "google-gemini-1.5-pro",
        "Google",
        "Gemini 1.5 Pro",
        None,
        output_tokens_per_s=50,
        end_to_end_tokens_per_s=None,
        ttft_s=None,
        conditions="about 50, said of Gemini 1.5; 30 to 50 were also published, of Gemini 1.5 Pro;"
        " no lengths published",
        source="press",
        date="2024",
    ),
)


class UnknownService(ValueError):
    """No service of that id was measured by anybody known here."""


def service_of(service_id: str) -> Service:
    """Raises UnknownService with the ids there are."""
    for service in SERVICES:
        if service.id == service_id:
            return service
    known = ", ".join(service.id for service in SERVICES)
    raise UnknownService(f"There is no service {service_id!r} here; there are {known}.")
