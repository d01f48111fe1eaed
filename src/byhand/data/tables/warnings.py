"""What about a table should be known before its figures are believed, a sentence each.

Columns that number the rows, that are constant, that repeat another or that give the answer away; test rows that
training has seen; a rare class; few rows. Only the test for seen rows looks at the test rows.
"""

import re

import numpy as np

from byhand.arrays import Array
from byhand.data.examples import Dataset
from byhand.data.tables.schema import Column
from byhand.formatting import count_noun, format_number

FEW_ROWS, FEW_OF_A_CLASS = 100, 10
RARE_CLASS = 0.05  # of the rows
SEEN_ROWS = 0.05  # of the test rows: if training has the inputs of more, it is a warning
MIN_ROWS_FOR_AN_ID = 20
ID_NAME = re.compile(r"(^|[^a-z])(id|uuid|guid|index|rownames?|row)$|[a-z]I[Dd]$")
LEAK = 0.98  # of the variance of the targets that one column explains, on rows that it was not fitted to
FAR_TARGET, FAR_SHARE = 20, 0.9  # quartile distances from the median, and of the sum of squared distances from it
COARSE = 0.01  # of the distance of the quartiles: if float32 has larger steps there, it is a warning
N_BINS = 64
MOST_LOOKED_AT = 20_000  # rows, of every column; each further row costs time and changes little
MOST_NAMED = 5


def table_warnings(dataset: Dataset) -> list[str]:
    """Return what should be known of a table; nothing of other data."""
    if dataset.table is None:
        return []
    raw, columns = dataset.train.raw.astype(np.float64), dataset.table.columns
    starts = np.cumsum([0, *(column.n_inputs for column in columns)])
    parts = [raw[:, start : start + column.n_inputs] for column, start in zip(columns, starts, strict=False)]
    return [
        *_few_rows(dataset),
        *_rare_class(dataset),
        *_far_targets(dataset),
        *_constants(columns, parts),
        *_coarse(columns, parts, dataset),
        *_ids(columns, parts),
        *_equal_columns(columns, parts),
        *_leaks(columns, parts, dataset),
        *_seen_rows(dataset),
    ]


def _few_rows(dataset: Dataset) -> list[str]:
    n, found = len(dataset.train), []
    if n < FEW_ROWS:
        found.append(f"{n:,} training rows are few: the figures depend heavily on the split and the seed.")
    if dataset.train.n_features > n:
        n_inputs = dataset.train.n_features
        found.append(f"{n_inputs:,} inputs for {n:,} training rows: the network can memorize them.")
    return found


def _rare_class(dataset: Dataset) -> list[str]:
    if not dataset.class_names:
        return []
    counts = np.bincount(dataset.train.y, minlength=len(dataset.class_names))
    k, n = int(counts.argmin()), int(counts.sum())
    if counts[k] < RARE_CLASS * n or counts[k] < min(FEW_OF_A_CLASS, n // len(counts)):
        most = int(counts.argmax())
        return [
            f"class {dataset.class_names[k][:40]!r} has {counts[k]:,} of {n:,} training rows; always predicting "
            f"{dataset.class_names[most][:40]!r} is right in {100 * counts[most] / n:.1f} %. Look at the balanced "
            f"accuracy too."
        ]
    return []


def _far_targets(dataset: Dataset) -> list[str]:
    """Return a warning of targets so far from the others that a few of them decide the squared error."""
    if dataset.class_names or dataset.train.y.size != len(dataset.train):
        return []
    y = dataset.train.y.astype(np.float64).ravel()
    low, middle, high = np.quantile(y, [0.25, 0.5, 0.75])
    far = np.abs(y - middle) > FAR_TARGET * (high - low)
    share = float(((y[far] - middle) ** 2).sum()) / max(float(((y - middle) ** 2).sum()), np.finfo(float).tiny)
    if high == low or share < FAR_SHARE:
        return []
    most = y[np.abs(y - middle).argmax()]
    return [
        f"{count_noun(int(far.sum()), 'target')} of {len(y):,} in training {'is' if far.sum() == 1 else 'are'} far "
        f"from the others, up to {format_number(most, '.6g')} where half are from {format_number(low, '.6g')} to "
        f"{format_number(high, '.6g')}: squared error and R² depend on such rows almost alone. Check them; the losses "
        f"huber and quantile follow the others."
    ]


def _constants(columns: tuple[Column, ...], parts: list[Array]) -> list[str]:
    names = [
        column.name
        for column, part in zip(columns, parts, strict=True)
        if (part == part[0]).all() and (column.categories or not _float32_step(part[:, 0]))
    ]
    return [f"{_listed(names)} one value in all training rows: drop such columns."] * bool(names)


def _float32_step(values: Array) -> float:
    """Return the step of float32 where half of the values are, or 0 if it tells them apart."""
    low, high = np.quantile(values, [0.25, 0.75])
    step = float(np.spacing(np.float32(max(abs(low), abs(high)))))
    distance = float(high - low or np.ptp(values) or 1 / COARSE)  # of one value: whole numbers are lost
    return step if step > COARSE * distance else 0.0


def _coarse(columns: tuple[Column, ...], parts: list[Array], dataset: Dataset) -> list[str]:
    """Return warnings of numbers that lie closer together than the float32 in which a table is kept can tell."""
    numbers = [
        (
            f"column {column.name[:40]!r}",
            part[:, 0],
            "drop it if it is an id, or " if ID_NAME.search(column.name) else "",
        )
        for column, part in zip(columns, parts, strict=True)
        if not column.categories
    ]
    if not dataset.class_names and dataset.table is not None:
        numbers += [(f"the target {dataset.table.target[:40]!r}", column, "") for column in dataset.train.y.T]
    found = []
    for what, values, drop in numbers:
        step, middle = _float32_step(values), format_number(float(np.median(values)), ".3g")
        if step:
            found.append(
                f"{what} is kept to seven digits, near {middle} in steps of {step:.3g}: {drop}subtract a constant "
                f"from it first, such as its smallest value."
            )
    return found[:MOST_NAMED]


def _ids(columns: tuple[Column, ...], parts: list[Array]) -> list[str]:
    names = [column.name for column, part in zip(columns, parts, strict=True) if _is_id(column, part[:, 0])]
    advice = "a new number in every row, like an id: drop such columns, since new rows have other numbers."
    return [f"{_listed(names)} {advice}"] * bool(names)


def _is_id(column: Column, values: Array) -> bool:
    """Is it a different whole number in every row, and either named like an id or with few gaps, like a row number?"""
    n = len(values)
    if column.categories or n < MIN_ROWS_FOR_AN_ID or (values != np.round(values)).any() or len(np.unique(values)) < n:
        return False
    return ID_NAME.search(column.name) is not None or float(np.ptp(values)) < 2 * n


def _equal_columns(columns: tuple[Column, ...], parts: list[Array]) -> list[str]:
    first: dict[bytes, str] = {}
    pairs = []
    for column, part in zip(columns, parts, strict=True):
        content = np.ascontiguousarray(part).tobytes()
        if content in first and not (part == part[0]).all():
            pairs.append(f"{column.name[:40]!r} has the same values as {first[content][:40]!r}")
        first.setdefault(content, column.name)
    return [f"{', '.join(pairs[:MOST_NAMED])} in every training row: keep one of them."] if pairs else []


def _leaks(columns: tuple[Column, ...], parts: list[Array], dataset: Dataset) -> list[str]:
    """Return a warning of columns that give the answer away; a single column is all there is to learn from."""
    if len(columns) < 2 or len(dataset.train) < FEW_ROWS:
        return []
    step = -(-len(dataset.train) // MOST_LOOKED_AT)
    targets = dataset.train.y.reshape(len(dataset.train), -1)[::step].astype(np.float64)
    if dataset.class_names:
        targets = (targets == np.arange(len(dataset.class_names))).astype(np.float64)  # one-hot
    pairs = zip(columns, parts, strict=True)
    names = [column.name for column, part in pairs if explained_by_one(part[::step], targets) >= LEAK]
    if not names:
        return []
    what = "gives the answer away: is it" if len(names) == 1 else "each give the answer away: are they"
    it = "it" if len(names) == 1 else "them"
    return [
        f"{', '.join(repr(name[:40]) for name in names[:MOST_NAMED])} {what} known before the answer is? "
        f"If not, drop {it}: the figures below would be worthless."
    ]


def explained_by_one(part: Array, targets: Array) -> float:
    """Return the share of the targets' variance that one column explains, on rows that it was not fitted to.

    part : (n, n_inputs) of one column   targets : (n, k)
    The cells are put into bins; the mean of every second row's targets in a bin predicts the other rows'. For
    numbers a straight line is tried as well: long tails do not blur it.
    """
    return max(_explained_by_bins(part, targets), _explained_by_line(part[:, 0], targets) if part.shape[1] < 3 else 0.0)


def _explained_by_line(values: Array, targets: Array) -> float:
    """Return the share of the variance of targets (n, k) that straight lines explain on the rows they are fitted to."""
    v, t = values - values.mean(), targets - targets.mean(axis=0)
    size, spread = float((v**2).sum()), (t**2).sum()
    if size <= 0 or spread <= 0:
        return 0.0
    slope = v @ t / size
    return float(1 - ((t - v[:, None] * slope) ** 2).sum() / spread)


def _explained_by_bins(part: Array, targets: Array) -> float:
    bins = _bins(part)
    here, there = slice(0, None, 2), slice(1, None, 2)
    counts = np.bincount(bins[here], minlength=bins.max() + 1)
    sums = np.stack([np.bincount(bins[here], t, minlength=bins.max() + 1) for t in targets[here].T], axis=1)
    mean = targets[here].mean(axis=0)
    said = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], mean)[bins[there]]
    spread = ((targets[there] - mean) ** 2).sum()
    return float(1 - ((targets[there] - said) ** 2).sum() / spread) if spread > 0 else 0.0


def _bins(part: Array) -> Array:
    """Return the bin (n,) of each cell: of categories one each, of numbers about as many cells in each."""
    if part.shape[1] > 2:
        return np.where(part.max(axis=1) > 0, part.argmax(axis=1) + 1, 0)
    edges = np.unique(np.quantile(part[:, 0], np.linspace(0, 1, min(N_BINS, max(2, len(part) // 4)) + 1)[1:-1]))
    bins: Array = np.searchsorted(edges, part[:, 0], side="right")
    return bins + (len(edges) + 1) * (part[:, 1] > 0) if part.shape[1] == 2 else bins


def _seen_rows(dataset: Dataset) -> list[str]:
    if dataset.test is None:
        return []
    seen = {hash(row.tobytes()) for row in dataset.train.raw}  # not the rows: those of a large table take gigabytes
    n = sum(hash(row.tobytes()) in seen for row in dataset.test.raw)
    if n < SEEN_ROWS * len(dataset.test):
        return []
    return [
        f"{n:,} of {len(dataset.test):,} test rows have the same inputs as a training row: the test is easier than new "
        f"data, unless new rows repeat as often."
    ]


def _listed(names: list[str]) -> str:
    """Return names with their verb: "column 'a' has", "columns 'a', 'b' have"."""
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    verb = "column {} has" if len(names) == 1 else "columns {} have"
    return verb.format(", ".join(repr(name[:40]) for name in names[:MOST_NAMED]) + more)
