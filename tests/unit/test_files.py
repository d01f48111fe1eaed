"""Files are written whole or not at all."""

import os
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from byhand import files
from byhand.errors import DataError, SystemResourceError
from byhand.files import atomic_write, read_bytes_limited, remove_stale_tempfiles


def test_what_is_written_is_there_and_nothing_else(tmp_path: Path) -> None:
    atomic_write(tmp_path / "a", b"old")
    atomic_write(tmp_path / "a", b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"new"}


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_on_the_way_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    atomic_write(tmp_path / "a", b"old")

    def fails(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fails)
    with pytest.raises(SystemResourceError, match="cannot be written: No space left on device"):
        atomic_write(tmp_path / "a", b"new")
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"old"}


def test_a_folder_that_is_not_there_or_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "none" / "a", tmp_path / "file" / "a", tmp_path):
        with pytest.raises(SystemResourceError, match="cannot be written"):
            atomic_write(path, b"x")


def test_two_threads_do_not_write_into_one_another(tmp_path: Path) -> None:
    contents = [bytes([i]) * 200_000 for i in range(4)]
    threads = [
        threading.Thread(target=lambda c=c: [atomic_write(tmp_path / "a", c) for _ in range(10)]) for c in contents
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "a").read_bytes() in contents
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_what_dead_processes_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", "pass"])
    dead.wait()
    names = [f".byhand-{dead.pid}-1-model", f".byhand-{os.getpid()}-1-model", ".byhand-notes", "model"]
    for name in names:
        (tmp_path / name).write_bytes(b"")
    remove_stale_tempfiles(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])


def test_reading_within_limits(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert read_bytes_limited(tmp_path / "a", "a note", 5) == b"12345"
    with pytest.raises(DataError, match="a is too large: it has 5 bytes; expected a note of 4 bytes at most"):
        read_bytes_limited(tmp_path / "a", "a note", 4)
    with pytest.raises(DataError, match="does not exist"):
        read_bytes_limited(tmp_path / "b", "a note", 4)
    with pytest.raises(DataError, match="is a folder; expected a note"):
        read_bytes_limited(tmp_path, "a note", 4)


def test_a_file_that_is_too_long_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    """A sparse file of a terabyte takes no place on the disk, and no memory here."""
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    tracemalloc.start()
    with pytest.raises(DataError, match="too large: it has 1,099,511,627,776 bytes"):
        read_bytes_limited(tmp_path / "sparse", "a note", 1 << 30)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_not_a_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # nobody will ever write into it
    devices = [path for path in (Path("/dev/zero"), Path("/dev/null")) if path.exists()]
    for path in (tmp_path / "pipe", *devices):
        with pytest.raises(DataError, match="is not a regular file; expected a note"):
            read_bytes_limited(path, "a note", 3 << 20)


@pytest.mark.parametrize("name", ["a\0b", "\udcff" * 400, "file/within"])
def test_names_that_no_file_can_have(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises((DataError, SystemResourceError)):
        read_bytes_limited(tmp_path / name, "a note", 4)


def test_a_line_is_appended_to_what_is_there(tmp_path: Path) -> None:
    assert files.append_line(tmp_path / "lines", "one\n") == 4
    assert files.append_line(tmp_path / "lines", "two\n") == 8
    assert (tmp_path / "lines").read_bytes() == b"one\ntwo\n"
    with pytest.raises(SystemResourceError, match="cannot be written"):
        files.append_line(tmp_path, "three\n")
