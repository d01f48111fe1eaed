"""The disk fails at the first call, then at the second, then the third …: a saved file is never harmed by the attempt.

Source of the method: sqlite.org/testing.html, section "I/O Error Testing".
"""

import builtins
import errno
import os
import subprocess
import sys

import numpy as np
import pytest

import byhand.files
from byhand.errors import SystemResourceError
from byhand.network import Network
from byhand.optimizers import Adam
from byhand.persistence.model import Model, save_model
from byhand.persistence.output import Output
from byhand.preprocessing import fit_scaler
from byhand.training.checkpoint import save_checkpoint
from byhand.training.state import TrainingState

PREPARATION = fit_scaler("signed", np.zeros((1, 6)), low=0, high=255)


class Disk:
    """Passes every call on to the real one, but the call number `fail_at` raises an OSError of this number."""

    def __init__(self, fail_at, number):
        self.fail_at, self.number, self.calls = fail_at, number, []

    def count(self, name):
        self.calls.append(name)
        if len(self.calls) == self.fail_at:
            raise OSError(self.number, os.strerror(self.number))

    def counted(self, name, function):
        def call(*args, **options):
            self.count(name)
            return function(*args, **options)

        return call

    def open(self, *args, **options):
        self.count("open")
        return FileOn(self, builtins.open(*args, **options))

    def put_in_place(self, patch):
        patch.setattr(byhand.files, "open", self.open, raising=False)
        for name in ("open", "fsync", "replace", "close"):
            patch.setattr(os, name, self.counted(f"os.{name}", getattr(os, name)))


class FileOn:
    """A file that writes half of what it is given before the disk fails."""

    def __init__(self, disk, file):
        self.disk, self.file = disk, file

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.disk.count("close")

    def write(self, data):
        try:
            self.disk.count("write")
        except OSError:
            self.file.write(data[: len(data) // 2])
            raise
        return self.file.write(data)

    def flush(self):
        self.disk.count("flush")
        self.file.flush()

    def fileno(self):
        return self.file.fileno()


def a_model(path, seed):
    save_model(Model(Network.mlp([6, 4, 3], seed=seed), PREPARATION, Output.SOFTMAX_LOGITS), path)


def a_checkpoint(path, seed):
    save_checkpoint(path, TrainingState(Network.mlp([6, 4, 3], seed=seed), Adam()), {"seed": seed})


def saved_bytes(save, path, seed):
    save(path, seed)
    return path.read_bytes()


def calls_of(save, path, monkeypatch):
    """Return the names of the calls that one undisturbed saving makes."""
    disk = Disk(fail_at=0, number=0)
    with monkeypatch.context() as patch:
        disk.put_in_place(patch)
        save(path, 1)
    return disk.calls


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EINTR])
@pytest.mark.parametrize("save", [a_model, a_checkpoint])
def test_whichever_call_fails_the_file_is_whole(tmp_path, monkeypatch, save, number):
    path = tmp_path / "file"
    new = saved_bytes(save, path, 2)
    calls = calls_of(save, path, monkeypatch)
    assert {"open", "write", "os.fsync", "os.replace"} <= set(calls)
    for n in range(1, len(calls) + 1):
        old = saved_bytes(save, path, 1)
        disk = Disk(n, number)
        with monkeypatch.context() as patch:
            disk.put_in_place(patch)
            with pytest.raises(SystemResourceError) as caught:
                save(path, 2)
        assert str(path) in str(caught.value)
        assert os.strerror(number) in str(caught.value)
        assert "\n" not in str(caught.value)
        assert path.read_bytes() == (new if "os.replace" in disk.calls[: n - 1] else old), disk.calls
        assert [left.name for left in tmp_path.iterdir()] == ["file"], disk.calls


ON_A_SMALL_DISK = """
import resource, sys
from pathlib import Path
from byhand.preprocessing import InputScaler
from byhand.errors import SystemResourceError
from byhand.network import Network
from byhand.persistence.model import Model, save_model
from byhand.persistence.output import Output
import numpy as np
preparation = InputScaler("raw", np.array(1.0), np.array(0.0))
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
save_model(Model(Network.mlp([6, 4, 3]), preparation, Output.SOFTMAX_LOGITS), sys.argv[1])
try:
    save_model(Model(Network.mlp([100, 100, 3]), preparation, Output.SOFTMAX_LOGITS), sys.argv[1])
except SystemResourceError as error:
    print(error)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of file size as Linux keeps them")
def test_a_file_that_finds_no_room_leaves_the_old_one(tmp_path):
    from byhand.persistence.model import load_model

    path = tmp_path / "file"
    child = subprocess.run(
        [sys.executable, "-c", ON_A_SMALL_DISK, str(path)], capture_output=True, text=True, timeout=600, check=False
    )
    assert child.stderr == ""
    assert child.stdout == f"{path} cannot be written: {os.strerror(errno.EFBIG)}.\n"
    assert load_model(path).network.widths == [6, 4, 4, 3]
    assert [left.name for left in tmp_path.iterdir()] == ["file"]
