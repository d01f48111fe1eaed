"""Seeds from what scikit-learn takes as random_state."""

import os
from typing import Any

from byhand.arguments import check_whole


def seed_from(random_state: Any) -> int:
    """Return a seed 0 … 2³² − 1 from None, a number, a RandomState or a Generator, as scikit-learn takes them."""
    if random_state is None:
        return int.from_bytes(os.urandom(4))
    if hasattr(random_state, "randint"):
        return int(random_state.randint(2**31))
    if hasattr(random_state, "integers"):
        return int(random_state.integers(2**31))
    return check_whole("the estimator", "random_state", random_state, 0, 2**32 - 1)
