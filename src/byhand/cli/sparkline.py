"""A curve in one line of text: a bar a column, from its lowest to its highest number."""

import math
from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"


def sparkline(numbers: Sequence[float], width: int) -> str:
    """Return at most `width` bars; of more numbers the mean of neighbours, and a space for what is not finite.

    >>> sparkline([1, 2, 3, 8], 10)
    '▁▂▃█'
    """
    n = min(len(numbers), max(width, 1))
    groups = [numbers[i * len(numbers) // n : (i + 1) * len(numbers) // n] for i in range(n)]
    means = [sum(group) / len(group) for group in groups]
    finite = [mean for mean in means if math.isfinite(mean)]
    if not finite:
        return " " * n
    low, span = min(finite), max(finite) - min(finite)
    return "".join(
        BARS[round((mean - low) / span * (len(BARS) - 1)) if span else 0] if math.isfinite(mean) else " "
        for mean in means
    )
