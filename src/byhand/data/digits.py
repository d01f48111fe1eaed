"""The bundled digits: 1,797 handwritten digits of 8×8 pixels, so that everything works offline.

Source and licence (CC BY 4.0): bundled/LICENSE.txt. Alpaydin & Kaynak 1998, doi 10.24432/C50P49.
"""

from pathlib import Path

import numpy as np

from byhand.data.examples import Dataset, Examples
from byhand.data.idx import read_idx
from byhand.data.split import stratified_split
from byhand.preprocessing import fit_scaler

BUNDLED = Path(__file__).parent / "bundled"


def digits(*, preparation: str = "unit", validation: float | None = None, seed: int = 0) -> Dataset:
    """Return the bundled digits; pixels are 0 … 16.

    validation : the fraction of each class to use for validation, chosen by `seed`; None: no validation set
    There is no test set, because 1,797 digits are too few for one: use cross-validation.
    """
    images = read_idx(BUNDLED / "digits-images-idx3-ubyte.gz")
    raw = images.reshape(len(images), -1)
    y = read_idx(BUNDLED / "digits-labels-idx1-ubyte.gz").astype(np.int64)
    train, held_out = (np.arange(len(y)), None) if validation is None else stratified_split(y, validation, seed)
    prepared = fit_scaler(preparation, raw[train], low=0, high=16)
    return Dataset(
        name="digits",
        train=Examples(raw[train], y[train], prepared),
        validation=None if held_out is None else Examples(raw[held_out], y[held_out], prepared),
        test=None,
        class_names=tuple("0123456789"),
        image_shape=(8, 8),
        source="bundled: Optical Recognition of Handwritten Digits, 1,797 digits of 8×8 pixels, doi 10.24432/C50P49",
    )
