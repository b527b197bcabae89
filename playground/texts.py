"""Numbers → the words that a page prints, as static/js/format.js does it for what is live.

What is not known is a dash, never a zero.
"""

from django.utils.translation import gettext, ngettext

UNKNOWN = "–"


def whole_text(number: float) -> str:
    return f"{number:,.0f}"


def digits_text(number: float) -> str:
    """About three digits that count, however small: 2,093 · 63.5 · 4.72 · 0.0613."""
    if number == 0 or number >= 100:
        return whole_text(number)
    if number >= 10:
        return f"{number:.1f}"
    return f"{number:.2f}" if number >= 1 else f"{number:.3g}"


def rate_text(tokens_per_s: float | None) -> str:
    if tokens_per_s is None:
        return UNKNOWN
    if tokens_per_s >= 100:
        return whole_text(tokens_per_s)
    return f"{tokens_per_s:.1f}".removesuffix(".0")


def duration_text(seconds: float | None) -> str:
    """0.00347 → "3.47 ms", 0.222 → "0.22 s"."""
    if seconds is None:
        return UNKNOWN
    if seconds >= 0.1:
        return f"{seconds:.2f} s"
    ms = seconds * 1000
    return f"{ms:.{3 if ms < 1 else 2 if ms < 10 else 1}f} ms"


def users_text(count: int) -> str:
    return counted(ngettext("%(count)s user", "%(count)s users", count), count)


def chips_text(count: int) -> str:
    return counted(ngettext("%(count)s chip", "%(count)s chips", count), count)


def stages_text(count: int) -> str:
    return counted(ngettext("%(count)s stage", "%(count)s stages", count), count)


def counted(text: str, count: int) -> str:
    return text % {"count": f"{count:,}"}


def count_text(count: int, noun: str) -> str:
    """For the command line, which speaks English."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def window_text(tokens: int) -> str:
    """32768 → "32K", as models are named by their windows."""
    return f"{tokens // 1024}K"


def parameters_text(parameters: int) -> str:
    """9302720 → "9.3M", as models are named by their size."""
    count, unit = (parameters / 1e9, "B") if parameters >= 1e9 else (parameters / 1e6, "M")
    return f"{count:.1f}".removesuffix(".0") + unit


def bytes_text(count: int) -> str:
    """269060552 → "269 MB", as disks are sold: in thousands."""
    for factor, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= factor:
            return f"{digits_text(count / factor)} {unit}"
    return count_text(count, "byte")


def share_text(share: float) -> str:
    """0.0414 → "4.1 %"; what is there is never called 0."""
    return gettext("under 0.1 %") if 0 < share < 0.001 else f"{100 * share:.1f} %"


def error_text(predicted: float, true: float) -> str:
    """How far off, with its sign: "+2.1 %", "−0.4 %"."""
    percent = round(100 * (predicted / true - 1), 1) + 0.0  # never "−0.0"
    return f"{percent:+.1f} %".replace("-", "−")
