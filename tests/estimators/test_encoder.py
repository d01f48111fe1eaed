"""Preprocessing that is learned: its formulas on numbers worked by hand, and its laws."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byhand.data.examples import Examples
from byhand.data.tables.frames import frame_table
from byhand.data.tables.schema import MAX_CATEGORIES
from byhand.engines.numpy_engine import NumpyEngine
from byhand.engines.predictor import predictor
from byhand.estimators.columns import read_columns
from byhand.estimators.encoder import TableEncoder
from byhand.estimators.errors import InputError, InputTypeError
from byhand.estimators.targets import read_y
from byhand.network import Network
from byhand.preprocessing import CLIP, InputScaler, robust_scaler, weighted_quantiles
from byhand.training.fit import fit


def encode(X: object, new: object = None) -> np.ndarray:
    encoder = TableEncoder().fit(read_columns(X, "it"))
    return encoder.transform(read_columns(X if new is None else new, "it"))


def clip(x: float) -> float:
    return x / np.sqrt(1 + (x / 3) ** 2)


def test_numbers_are_scaled_by_median_and_quartiles_and_clipped() -> None:
    # 0 1 2 3 4 and 100: the quartiles are 1 and 4, the median 2.5
    x = encode(np.array([[0.0], [1.0], [2.0], [3.0], [4.0], [100.0]]))
    assert x[:, 0] == pytest.approx([clip((v - 2.5) / 3) for v in (0, 1, 2, 3, 4, 100)])
    assert abs(x).max() < CLIP


def test_without_spread_between_the_quartiles_the_range_counts() -> None:
    x = encode(np.array([[5.0]] * 9 + [[7.0]]))
    assert x[-1, 0] == pytest.approx(clip(2 * (7 - 5) / 2))


def test_a_constant_column_says_nothing() -> None:
    assert encode(np.ones((5, 1)), np.array([[1.0], [9.0]])) == pytest.approx(0)


def test_a_missing_number_is_the_median_and_a_column_says_so() -> None:
    x = encode(np.array([[1.0], [2.0], [3.0], [np.nan]]))
    assert x.shape == (4, 2)
    assert x[3, 0] == x[1, 0]
    assert len(set(x[:3, 1])) == 1
    assert x[3, 1] != x[0, 1]


def test_a_gap_where_training_had_none_is_the_median() -> None:
    assert encode(np.array([[1.0], [2.0], [3.0]]), np.array([[np.nan]])).tolist() == [[0.0]]


def test_two_categories_are_one_column_and_an_unseen_one_is_between() -> None:
    encoder = TableEncoder().fit(read_columns(np.array([["a"], ["b"], ["b"]], dtype=object), "it"))
    plain = encoder.encode(read_columns(np.array([["a"], ["b"], ["new"], [None]], dtype=object), "it"))
    assert plain.tolist() == [[-1], [1], [0], [0]]


def test_rare_categories_are_taken_together() -> None:
    words = [[f"w{i:03}"] for i in range(MAX_CATEGORIES + 10) for _ in range(2 if i < MAX_CATEGORIES - 1 else 1)]
    encoder = TableEncoder().fit(read_columns(np.array(words, dtype=object), "it"))
    plain = encoder.encode(read_columns(np.array([["w000"], ["w055"], ["new"]], dtype=object), "it"))
    assert plain.shape == (3, MAX_CATEGORIES)
    assert plain.sum(axis=1).tolist() == [1, 1, 1]
    assert (plain[1] == plain[2]).all()
    assert not (plain[0] == plain[1]).all()


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.integers(1, 4)), min_size=1, max_size=20), st.floats(0, 1))
def test_a_weight_of_two_is_two_rows(pairs: list[tuple[float, int]], q: float) -> None:
    values, weight = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    q = round(q * 16) / 16  # so that q times a sum of whole numbers is exact
    repeated = np.repeat(values, weight.astype(int))
    assert weighted_quantiles(values, [q], weight)[0] == weighted_quantiles(repeated, [q])[0]
    theirs = np.quantile(repeated, q, method="averaged_inverted_cdf")  # which rounds once more
    assert weighted_quantiles(values, [q], weight)[0] == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize(
    ("X", "error", "words"),
    [
        ([1.0, 2.0], InputError, "Reshape your data"),
        ([[1.0], [np.inf]], InputError, "infinity"),
        ([[1j], [2]], InputError, "Complex data not supported"),
        ([[1.0], [2.0, 3.0]], InputError, "unequal length"),
        (np.empty((0, 3)), InputError, "0 sample"),
        (np.empty((3, 0)), InputError, "0 feature"),
        (np.array([["2020-01-01"]], dtype="datetime64[D]"), InputTypeError, "dates"),
        (np.array([[{}], [1]], dtype=object), InputTypeError, "string or a number"),
    ],
)
def test_what_is_not_a_table_is_refused(X: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        read_columns(X, "it")


class Frame:
    """What pandas, polars and pyarrow have in common, as polars has it."""

    def __init__(self, **columns: Sequence[object]) -> None:
        self._columns = columns
        self.columns = list(columns)

    def __getitem__(self, name: str) -> np.ndarray:
        return np.array(self._columns[name], dtype=object)


def test_a_frame_keeps_names_and_kinds() -> None:
    columns = read_columns(Frame(n=[1, None, 3], word=["a", None, "b"], flag=[True, False, None]), "it")
    assert columns.names == ["n", "word", "flag"]
    assert [column.dtype.kind for column in columns.values] == ["f", "O", "O"]
    assert columns.values[2].tolist() == ["True", "False", None]
    assert np.isnan(columns.values[0][1])
    assert columns.values[1].tolist() == ["a", None, "b"]


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_real_frames_are_read_alike(library: str) -> None:
    frames = pytest.importorskip(library)
    data = {"n": [1.5, None, 3.0], "word": ["a", None, "b"]}
    frame = frames.table(data) if library == "pyarrow" else frames.DataFrame(data)
    columns = read_columns(frame, "it")
    assert columns.names == ["n", "word"]
    assert columns.values[0][[0, 2]].tolist() == [1.5, 3.0]
    assert columns.values[1].tolist() == ["a", None, "b"]


class ArrowArray:
    """A column as pyarrow has it: its to_numpy refuses to copy, and NumPy itself may."""

    def __init__(self, values: list[object]) -> None:
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    def to_pylist(self) -> list[object]:
        return self._values

    def to_numpy(self) -> np.ndarray:
        raise ValueError("needed to copy, but zero_copy_only was True")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self._values)


class ArrowBatch:
    """Named columns as pyarrow has them: `columns` are the values."""

    column_names = ("n", "word")
    columns = (ArrowArray([1.5, 2.5, 3.0, 4.5] * 5), ArrowArray(["a", None, "b", "b"] * 5))

    def __getitem__(self, name: str) -> ArrowArray:
        return self.columns[self.column_names.index(name)]


def test_columns_that_must_be_copied_are_read() -> None:
    columns = read_columns(ArrowBatch(), "it")
    assert columns.names == ["n", "word"]
    assert columns.values[0][:3].tolist() == [1.5, 2.5, 3.0]
    assert columns.values[1][:3].tolist() == ["a", None, "b"]
    assert read_y(ArrowArray(["p", "q"]), 2, is_classifier=True).tolist() == ["p", "q"]
    table = frame_table(ArrowBatch())
    assert (table.columns, table.column("word")[:3]) == (["n", "word"], ["a", "", "b"])


def test_columns_may_be_named_like_what_tells_other_frames() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"collect": [1.0, 2.0], "tocsr": [3.0, 4.0], "column_names": [5.0, 6.0]})
    assert read_columns(frame, "it").names == list(frame.columns)
    assert frame_table(frame).columns == list(frame.columns)


def test_a_lazy_frame_is_refused_with_what_to_do() -> None:
    lazy = type("LazyFrame", (), {"columns": ["a"], "collect": lambda self: None})()
    with pytest.raises(InputTypeError, match=r"it got a lazy frame; .*X\.collect\(\)"):
        read_columns(lazy, "it")


def test_what_was_encoded_is_given_back() -> None:
    flag, word = [True, False, None, True], ["a", "b", "c", None]
    columns = read_columns(Frame(n=[1.0, 2.0, 5.0, None], flag=flag, word=word, k=[3.0] * 4), "it")
    encoder = TableEncoder().fit(columns)
    n, flags, words, k = encoder.inverse_transform(encoder.transform(columns))
    assert n[:3] == pytest.approx([1, 2, 5])
    assert np.isnan(n[3])
    assert flags.tolist() == ["True", "False", None, "True"]
    assert words.tolist() == word
    assert k == pytest.approx([3] * 4)


def test_words_where_training_had_numbers_are_named() -> None:
    encoder = TableEncoder().fit(read_columns(Frame(age=[1.0, 2.0]), "it"))
    with pytest.raises(InputError, match="'age' has 'old'"):
        encoder.transform(read_columns(Frame(age=["old", "new"]), "it"))


def test_whole_numbers_find_categories_that_were_words() -> None:
    encoder = TableEncoder().fit(read_columns(Frame(code=["1", "2", "3"]), "it"))
    given = encoder.encode(read_columns(Frame(code=[3.0, 1.0, None]), "it"))
    assert given.tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 0]]


def test_numbers_where_training_had_leading_zeros_are_refused() -> None:
    encoder = TableEncoder().fit(read_columns(Frame(zip=["02134", "10001", "00501"]), "it"))
    with pytest.raises(InputError, match=r"'zip' has numbers; .* as '00501' in training. .*dtype=\{'zip': str\}"):
        encoder.encode(read_columns(Frame(zip=[2134, 10001, 501]), "it"))
    assert not encoder.encode(read_columns(Frame(zip=[None, float("nan")]), "it")).any(), "missing, and no number"


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.lists(st.integers(-1000, 1000), min_size=4, max_size=12, unique=True))
def test_a_clipping_scaler_inverts_and_has_the_derivative_of_its_formula(values: list[int]) -> None:
    raw = np.array(values, dtype=np.float64)[:, None]
    scaler = robust_scaler(raw)
    x = scaler.apply(raw, np.float64)
    assert (abs(x) <= CLIP).all()
    slope = scaler.apply(raw + 1e-30j, np.complex128).imag / 1e-30  # complex step
    assert slope == pytest.approx(np.broadcast_to(scaler.derivative(raw), raw.shape), rel=1e-10)
    near = np.abs(raw * scaler.scale + scaler.shift) < 30
    assert scaler.invert(x)[near] == pytest.approx(raw[near], rel=1e-6, abs=1e-6 * np.abs(raw).max())


def test_without_clip_nothing_changed() -> None:
    scaler = InputScaler("standard", np.array([2.0]), np.array([1.0]))
    assert scaler.apply(np.array([[100.0]])).tolist() == [[201.0]]
    assert scaler.derivative(np.array([[100.0]])).tolist() == [2.0]


def test_the_core_trains_and_answers_on_clipped_inputs_as_numpy_does() -> None:
    rng = np.random.default_rng(0)
    raw = np.concatenate([rng.normal(size=(40, 3)), [[1e4, 0, 0]]]).astype(np.float32)
    examples = Examples(raw, (raw[:, 0] > 0).astype(np.int64), robust_scaler(raw))
    answers = []
    for engine in (NumpyEngine(), None):
        network = Network.mlp([3, 8, 2], seed=1)
        fit(network, examples, loss="softmax_cross_entropy", epochs=3, batch_size=8, engine=engine)
        answers.append(predictor(network, examples.preparation)(raw))
        assert answers[-1] == pytest.approx(network.predict(examples.x), abs=1e-5)
        assert predictor(network, examples.preparation).one(raw[-1]) == pytest.approx(answers[-1][-1], abs=1e-5)
    assert answers[0] == pytest.approx(answers[1], abs=1e-4)


def test_dates_are_refused_as_dates_and_as_words() -> None:
    days = np.arange("2021-03-01", "2021-03-21", dtype="datetime64[D]")
    with pytest.raises(InputTypeError, match="dates or times in column 0; expected the numbers in them that matter"):
        read_columns(days[:, None], "it")
    with pytest.raises(InputTypeError, match="dates in column day; expected the numbers in them that matter"):
        read_columns(Frame(day=days.astype(object).tolist()), "it")
    words = [*days.astype(str), None]
    with pytest.raises(InputTypeError, match="column 'day' has dates, as '2021-03-01'; expected the numbers in them"):
        TableEncoder().fit(read_columns(Frame(day=words), "it"))


def test_decimals_are_numbers() -> None:
    cells = [Decimal("1.5"), None, Decimal("-2"), Decimal("NaN")] * 10
    X = np.array([cells, [1, 2.5, Decimal("3"), True] * 10], dtype=object).T
    columns = read_columns(X, "a test").values
    assert [column.dtype for column in columns] == [np.float64, np.float64]
    np.testing.assert_array_equal(columns[0][:4], [1.5, np.nan, -2, np.nan])
    np.testing.assert_array_equal(columns[1][:4], [1, 2.5, 3, 1])
    assert read_y(X[:, 1], 40, is_classifier=False).dtype == np.float64
    assert frame_table({"a": cells}).is_numeric == (True,)
