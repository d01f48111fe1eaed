"""The number of examples a step for a number of rows: small tables need many steps, large ones whole processors.

Source: pytabkit's RealMLP, option batch_size="auto".
"""

BATCH_SIZES = ((1_024, 64), (8_192, 128), (30_000, 256), (100_000, 512))  # (rows at most, examples a step)
LARGEST = 1_024  # beyond


def batch_size_for(n_rows: int) -> int:
    """Return the batch size for so many training rows.

    >>> [batch_size_for(n) for n in (100, 5_000, 1_000_000)]
    [64, 128, 1024]
    """
    return next((size for most, size in BATCH_SIZES if n_rows <= most), LARGEST)
