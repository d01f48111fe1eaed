"""Arrays to a file and back, to the bit, in a form that the official library reads too."""

import numpy as np
import pytest
import safetensors.numpy

from byhand.errors import DataError, ModelFormatError, OptionError
from byhand.persistence import safetensors_io as safe_tensors
from byhand.persistence.safetensors_io import read_tensors, write_tensors

ODD_FLOATS = np.array([0.0, -0.0, 1e-45, np.inf, -np.inf, np.nan, 3.4e38], dtype=np.float32)


@pytest.mark.parametrize(
    "array",
    [
        ODD_FLOATS,
        ODD_FLOATS.astype(np.float64) / 3,
        np.zeros((), dtype=np.int64),
        np.array(2**62, dtype=np.int64),
        np.arange(256, dtype=np.uint8),
        np.zeros((0, 5), dtype=np.float32),
        np.arange(24, dtype=np.float32).reshape(2, 3, 4),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_every_array_comes_back_to_the_bit(tmp_path, array):
    write_tensors(tmp_path / "x", {"a": array, "b": ODD_FLOATS}, {"said": 'a "quoted" ü\n'})
    contents = read_tensors(tmp_path / "x")
    got = contents.arrays["a"]
    assert (got.dtype, got.shape, got.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert contents.metadata == {"said": 'a "quoted" ü\n'}


def test_arrays_that_do_not_lie_in_rows_are_written_as_they_read(tmp_path):
    whole = np.arange(24, dtype=np.float32).reshape(4, 6)
    odd = {"columns": np.asfortranarray(whole), "turned": whole.T, "thin": whole[::-1, ::2], "big": whole.astype(">f4")}
    write_tensors(tmp_path / "x", odd, {})
    got = read_tensors(tmp_path / "x").arrays
    assert all((got[name] == array).all() for name, array in odd.items())


def test_the_official_library_reads_the_same(tmp_path):
    write_tensors(tmp_path / "x", {"W": ODD_FLOATS}, {})
    assert safetensors.numpy.load_file(tmp_path / "x")["W"].tobytes() == ODD_FLOATS.tobytes()


@pytest.mark.parametrize("dtype", [np.complex128, np.float16, np.int32, bool, object])
def test_other_types_are_refused_before_anything_is_written(tmp_path, dtype):
    with pytest.raises(OptionError, match=f"x cannot be written: the array 'W' is {np.dtype(dtype)}; expected one of"):
        write_tensors(tmp_path / "x", {"W": np.zeros(2, dtype=dtype)}, {})
    assert not list(tmp_path.iterdir())


def test_what_could_not_be_read_again_is_not_written(tmp_path, monkeypatch):
    many = {str(i): np.zeros(1, dtype=np.uint8) for i in range(safe_tensors.MAX_TENSORS + 1)}
    for arrays, metadata in [(many, {}), ({}, {"long": "x" * safe_tensors.MAX_HEADER})]:
        with pytest.raises(OptionError, match="cannot be written"):
            write_tensors(tmp_path / "x", arrays, metadata)
    monkeypatch.setattr(safe_tensors, "MAX_FILE", 1000)
    with pytest.raises(OptionError, match="expected at most 1,000"):
        write_tensors(tmp_path / "x", {"W": np.zeros(300, dtype=np.float32)}, {})
    assert not list(tmp_path.iterdir())


def test_a_file_larger_than_the_bound_is_not_read(tmp_path, monkeypatch):
    write_tensors(tmp_path / "x", {"W": np.zeros(300, dtype=np.float32)}, {})
    monkeypatch.setattr(safe_tensors, "MAX_FILE", 1000)
    with pytest.raises(ModelFormatError, match="of 1,000 bytes at most"):
        read_tensors(tmp_path / "x")


def test_a_header_longer_than_the_first_read_is_no_trouble_for_large_files(tmp_path):
    large = np.arange(safe_tensors.MAX_HEADER // 2, dtype=np.float32)  # two times MAX_HEADER in bytes
    write_tensors(tmp_path / "x", {"W": large}, {})
    assert (read_tensors(tmp_path / "x").arrays["W"] == large).all()


def test_a_missing_file_is_a_data_error_and_says_so(tmp_path):
    for path in (tmp_path / "none", tmp_path / "none" / "deeper"):
        with pytest.raises(DataError, match=r"none.* does not exist.* Check the path\.") as caught:
            read_tensors(path)
        assert type(caught.value) is DataError
