"""The engine's numbers as people tell them: for each unit, whose a number may be, and which it is.

What the engine has is imported and turned into the unit that is told; nothing stands here twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lpu_engine.baseline import published, published_gpu
from lpu_engine.baseline.services import GROQ, SERVICES
from lpu_engine.catalog import CATALOG_FILE, Model, load_catalog
from lpu_engine.hardware import lpu
from lpu_engine.hardware.gpu import GPUS
from lpu_engine.model.architecture import Architecture, read_architecture

CATALOG = load_catalog()
LLAMA, MIXTRAL = (CATALOG.model(name) for name in ("llama2-70b-4096", "mixtral-8x7b-32768"))
LLAMA_3_70B, LLAMA_3_8B = (CATALOG.model(name) for name in ("llama3-70b-8192", "llama3-8b-8192"))
PEBBLE = CATALOG.model("pebble")
A100, H100, H200, B200 = GPUS


def _shape(model: Model) -> Architecture:
    folder = "" if model is PEBBLE else "shapes"
    return read_architecture(CATALOG_FILE.parent / "models" / folder / model.id)


def _rates(rows: Sequence[published_gpu.GpuRow]) -> tuple[float, ...]:
    return tuple(row.tokens_per_s for row in rows)


def _price(model: Model) -> tuple[float, ...]:
    return (model.price.input_usd, model.price.output_usd) if model.price else ()


# What the engine has, in the units that people tell.
LLAMA_SHAPE, MIXTRAL_SHAPE, PEBBLE_SHAPE = _shape(LLAMA), _shape(MIXTRAL), _shape(PEBBLE)
SERVED = max(model.published.chips or 0 for model in (LLAMA, MIXTRAL) if model.published)
STREAMS = 2 * lpu.STREAMS
CYCLE_BYTES = STREAMS * lpu.LANES
CHIP_TB_S, CHIP_GB = CYCLE_BYTES * lpu.CLOCK_HZ / 1e12, lpu.SRAM_BYTES / 1e9
SLICE_MIB = lpu.SLICE_VECTORS * lpu.LANES / 2**20
SYSTEM_TB_S, SYSTEM_GB = SERVED * CHIP_TB_S, SERVED * CHIP_GB
LLAMA_RATE, MIXTRAL_RATE = published.LLAMA_2_70B.value, published.MIXTRAL_8X7B.value
LLAMA_CLAIM = published.LLAMA_2_70B_CLAIM.value
SYSTEM_WATTS = SERVED * lpu.SYSTEM_WATTS
USER_JOULES = SYSTEM_WATTS / LLAMA_CLAIM
HOST_RATES = tuple(
    rate or 0.0
    for host in SERVICES
    if host.model_id == LLAMA.id
    for rate in (host.output_tokens_per_s, host.end_to_end_tokens_per_s)
)
LLAMA_GPU = (*_rates(published_gpu.LLAMA_2_70B), LLAMA.on_gpus().tokens_per_s)
MIXTRAL_GPU = (*_rates(published_gpu.MIXTRAL_8X7B), MIXTRAL.on_gpus().tokens_per_s)
SMALL_GPU, LOADED_GPU = _rates(published_gpu.LLAMA_2_7B), _rates(published_gpu.UNDER_LOAD)
MILLIONS = PEBBLE.parameters / 1e6
ABOUT_PEBBLE = (MILLIONS, round(MILLIONS, -1))  # people say "about 10 million"
LLAMA_BILLIONS = (LLAMA.parameters / 1e9, 70)  # its name rounds up
# Published figures that the engine has no use for: ISCA 2020 and 2022, product brief, an analyst.
QUEUES, NANOMETRES, SOLD_MB = 144, 14, 230
LPU_WATTS = (lpu.ACTIVE_WATTS, 215, 300, lpu.SYSTEM_WATTS)
RACK_CHIPS, NETWORK_CHIPS, QWEN_CHIPS, GPU_WATTS = (72, 64), 10_440, 1_520, (330, 400, 700, 1_000)
END_TO_END, MIXTRAL_QUOTED, JOULES_CLAIMED = 185, (430, 500), (1, 3)

# Subjects.
CHIP = r"\bLPUs?\b|\bchips?\b|SRAM|芯片"
SYSTEM = rf"{SERVED} (?:LPU |active )?(?:LPUs|chips|cards)\b"
LLAMA_70B, OF_PEBBLE = r"Llama 2 70B|\bLlama\b(?! [23])", r"\bI\b|\b[Mm]y\b|Pebble|我"
LONE_H100 = r"(?<!two )H100(?! with)"
MACHINE = r"\bnodes?\b|\bracks?\b|机架"
COUNTED_CHIPS = "# ?(?:(?:LPU |active )?(?:chips|LPUs|cards)|块)"
TOKENS_PER_S = "# ?(?:tokens(?:/s| per second| a second| (?:in )?each second)|个 token)"


@dataclass(frozen=True, slots=True)
class Figure:
    """Numbers of `subject` are among `allowed`, as rounded as they are told; `truth` says so."""

    subject: str
    allowed: Sequence[float]
    truth: str
    unless: str = "^$"  # in a sentence that is about something else

    def allows(self, told: str) -> bool:
        places = len(told.partition(".")[2])
        number = WORDS[told] if told in WORDS else float(told.replace(",", ""))
        return any(
            round(value, places) == number or abs(value - number) < 1e-3 * value
            for value in self.allowed
        )


WORDS = {"two thousand": 2000.0, "two": 2.0, "four": 4.0, "five": 5.0, "six": 6.0, "ten": 10.0}
# A number, "#", with its unit: whose it may be.
FIGURES: dict[str, tuple[Figure, ...]] = {
    "# MiB": (
        Figure(".", (lpu.SRAM_BYTES / 2**20, SLICE_MIB), "a chip has 220 MiB, in slices of 2.5"),
    ),
    "# (?:MB|megabytes)": (
        Figure("SRAM", (lpu.SRAM_BYTES / 1e6, SOLD_MB), "220 MiB are 230.7 MB, sold as 230"),
        Figure(OF_PEBBLE, ABOUT_PEBBLE, "Pebble takes a byte a weight, about 10 MB"),
    ),
    "# (?:TB/s|TB |terabytes)": (
        Figure(SYSTEM, (CHIP_TB_S, SYSTEM_TB_S), "576 chips have 10,616 TB/s, each 18.43"),
        Figure(CHIP, (CHIP_TB_S,), "a chip streams 18.43 TB/s", unless="80 TB/s.*marketing"),
        Figure("A100", (A100.bandwidth / 1e12,), "an A100 reads 2.04 TB/s"),
        Figure(LONE_H100, (H100.bandwidth / 1e12,), "an H100 reads 3.35 TB/s"),
        Figure("H200", (H200.bandwidth / 1e12,), "an H200 reads 4.8 TB/s"),
        Figure("B200", (B200.bandwidth / 1e12,), "a B200 reads 8 TB/s"),
    ),
    "# GB(?!/s)": (
        Figure(SYSTEM, (SYSTEM_GB,), "576 chips hold about 133 GB"),
        Figure(r"\bchip\b|\bLPU\b", (CHIP_GB,), "a chip holds 0.23 GB"),
        Figure("A100|" + LONE_H100, (A100.memory_bytes / 1e9,), "an A100 and an H100 have 80 GB"),
        Figure("two H100", (2 * H100.memory_bytes / 1e9,), "two H100 have 160 GB"),
        Figure("H200", (H200.memory_bytes / 1e9,), "an H200 has 141 GB"),
        Figure("B200", (B200.memory_bytes / 1e9,), "a B200 has 180 GB"),
        Figure(
            "70B",
            (*LLAMA_BILLIONS, 2 * LLAMA_BILLIONS[0], LLAMA_BILLIONS[0] / LLAMA_SHAPE.layers),
            "Llama 2 70B takes 138 GB in 16 bits, about 70 in 8, of which a layer takes 0.86",
        ),
    ),
    "# GB/s": (
        Figure(r"\blinks?\b|\bLPUs?\b", (lpu.LINK_BYTES_PER_S / 1e9,), "a link has 10.67 GB/s"),
        Figure("NVLink|H100", (2 * H100.link_bandwidth / 1e9,), "an H100 has 900 GB/s of NVLink"),
    ),
    "# MHz": (Figure(".", (lpu.CLOCK_HZ / 1e6,), "an LPU runs at 900 MHz", "GHz|radio"),),
    "# lanes": (
        Figure(
            ".", (lpu.LANES, lpu.SUPERLANE), "320 lanes, 16 a superlane", "[Rr]ace|clock|one to"
        ),
    ),
    "# superlanes": (Figure(".", (lpu.SUPERLANES,), "an LPU has 20 superlanes"),),
    "# streams": (Figure(".", (STREAMS, lpu.STREAMS), "64 streams, 32 each way"),),
    "# (?:memory )?slices": (
        Figure("LPU|chip|SRAM|MiB", (2 * lpu.SLICES, lpu.SLICES), "88 slices, 44 a half"),
    ),
    "# planes": (
        Figure("LPU|matrix|weights|320", (lpu.PLANES,), "the matrix unit has four planes"),
    ),
    "# (?:ALUs|small calculators)": (
        Figure(".", (lpu.ALUS * lpu.LANES, lpu.ALUS), "5,120 ALUs, 16 a lane"),
    ),
    "# (?:instruction )?queues": (Figure("LPU|instruction", (QUEUES,), "144 instruction queues"),),
    "# bytes": (
        Figure(r"\bstreams?\b|\bcycle\b", (lpu.LANES, CYCLE_BYTES), "a stream has 320, all 20,480"),
    ),
    "# nm": (Figure(".", (NANOMETRES,), "the first LPU is made in 14 nm"),),
    "# (?:direct )?(?:links|ports)": (
        Figure(".", (lpu.LINKS, lpu.NODE - 1, lpu.OUTWARD_LINKS), "11 links: 7 inward, 4 outward"),
    ),
    "# ?(?:nanoseconds|ns|纳秒)": (
        Figure("hop|chip to|另一块", (lpu.HOP_CYCLES / lpu.CLOCK_HZ * 1e9,), "a hop takes 300 ns"),
    ),
    "# cycles": (Figure(r"\bhop\b", (lpu.HOP_CYCLES,), "a hop takes 270 cycles"),),
    COUNTED_CHIPS: (
        Figure(LLAMA_70B + "|Mixtral", (SERVED,), "both ran on 576 chips", "layer"),
        Figure("Qwen3", (QWEN_CHIPS, 16), "Qwen3-235B takes 1,520 chips, 16 a stage"),
        Figure(MACHINE, (lpu.NODE, *RACK_CHIPS, SERVED), "8 a node, 72 a rack, 64 of them active"),
        Figure("network|ISCA 2022|论文", (NETWORK_CHIPS,), "at most 10,440 in a network", "BERT"),
    ),
    TOKENS_PER_S: (
        Figure(
            LLAMA_70B,
            (LLAMA_RATE, LLAMA_CLAIM, END_TO_END, *HOST_RATES, *LLAMA_GPU),
            "published of Llama 2 70B: 255 on LPUs, 62.5 on eight A100",
        ),
        Figure(
            "Mixtral",
            (MIXTRAL_RATE, *MIXTRAL_QUOTED, *MIXTRAL_GPU, published_gpu.ESTIMATE.tokens_per_s),
            "published of Mixtral: 480 on LPUs, 203.7 on eight A100",
        ),
        Figure("Llama 2 7B", SMALL_GPU, "gpt-fast's rates of Llama 2 7B"),
        Figure(r"Llama 3\.3", LOADED_GPU, "Oracle's rates of Llama 3.3 70B"),
    ),
    "# on eight A100": (Figure(".", (*LLAMA_GPU, *MIXTRAL_GPU, *SMALL_GPU), "gpt-fast's rates"),),
    "# seconds": (
        Figure("70B on LPU|LPU host", (GROQ.ttft_s or 0,), "the first token took 0.222 s"),
    ),
    "# (?:milliseconds|ms)": (
        Figure(LLAMA_70B, (1e3 / LLAMA_RATE,), "255 tokens/s are 3.92 ms a token"),
        Figure("Mixtral", (1e3 / MIXTRAL_RATE,), "480 tokens/s are 2.08 ms a token"),
    ),
    r"# ?(?:W\b|watts|瓦)": (
        Figure(CHIP + "|card", LPU_WATTS, "185 W on average, 215 TDP, 300 most, 388 in a system"),
        Figure("[ABH][12]00", GPU_WATTS, "a GPU takes 330 to 1,000 W", "laptop"),
    ),
    "# kilowatts": (
        Figure(SYSTEM + "|LPU", (SYSTEM_WATTS / 1e3,), "576 x 388 W are 223 kilowatts"),
    ),
    "# ?(?:joules|焦耳)": (
        Figure(CHIP + "|one user", (USER_JOULES, *JOULES_CLAIMED), "one user: 745 J a token"),
    ),
    "# million (?:learned )?(?:parameters|weights|numbers)": (
        Figure("BERT", (110,), "BERT-base has 110 million weights"),
        Figure(OF_PEBBLE, ABOUT_PEBBLE, "Pebble has about 10 million parameters"),
    ),
    "# billion(?: parameters| weights)?": (
        Figure(LLAMA_70B, LLAMA_BILLIONS, "Llama 2 70B has 69 billion parameters"),
        Figure(
            "Mixtral",
            (MIXTRAL.parameters / 1e9, MIXTRAL_SHAPE.active_parameters / 1e9),
            "Mixtral has 47 billion parameters, 13 active",
        ),
    ),
    "# times (?:as many|smaller)": (
        Figure("70B", (round(LLAMA.parameters / PEBBLE.parameters, -3),), "it is 7,000 Pebbles"),
    ),
    "# layers": (
        Figure(LLAMA_70B, (LLAMA_SHAPE.layers,), "Llama 2 70B has 80 layers"),
        Figure("Mixtral", (MIXTRAL_SHAPE.layers,), "Mixtral has 32 layers"),
        Figure(r"\bI have\b|\b[Mm]y\b", (PEBBLE_SHAPE.layers,), "Pebble has six layers"),
    ),
    r"# tokens(?! per| a)": (
        Figure("[Mm]y vocabulary|I know only", (PEBBLE_SHAPE.vocabulary,), "a vocabulary of 4,096"),
        Figure("[Mm]y window|I see", (PEBBLE.window, round(PEBBLE.window, -3)), "it is 2,048"),
    ),
    r"\$(?=\d+\.)#": (
        Figure("Llama 2 70B", _price(LLAMA), "Llama 2 70B cost $0.70 and $0.80"),
        Figure("Mixtral", _price(MIXTRAL), "Mixtral cost $0.27"),
        Figure("Llama 3 70B", _price(LLAMA_3_70B), "Llama 3 70B cost $0.59 and $0.79"),
        Figure("Llama 3 8B", _price(LLAMA_3_8B), "Llama 3 8B cost $0.05 and $0.08"),
        *(Figure(gpu.name, gpu.usd_per_hour, f"rents: {gpu.usd_per_hour}") for gpu in GPUS),
    ),
}
