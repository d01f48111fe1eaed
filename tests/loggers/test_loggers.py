"""TensorBoard's files by the published format and its own reader; adapters; a logger that fails stops no training."""

import struct
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import byhand as bh
from byhand.errors import MissingDependencyError, OptionError
from byhand.loggers import TensorBoardLogger, open_logger
from byhand.loggers.tensorboard import crc32c, frame, masked_crc, scalar_event
from byhand.training.history import EpochRecord

RECORD = EpochRecord(3, 0.5, 0.75, None, None, 0.1, 2.0)
SMALL: dict[str, Any] = {"data": "moons", "examples": 60, "epochs": 2}


def records(data: bytes) -> list[bytes]:
    """Return the records of an event file, both sums of each checked."""
    found = []
    while data:
        (length,), (head,) = struct.unpack("<Q", data[:8]), struct.unpack("<I", data[8:12])
        body, (tail,) = data[12 : 12 + length], struct.unpack("<I", data[12 + length : 16 + length])
        assert (head, tail) == (masked_crc(data[:8]), masked_crc(body))
        found.append(body)
        data = data[16 + length :]
    return found


@pytest.mark.parametrize(
    ("data", "crc"),
    [(b"\0" * 32, 0x8A9136AA), (b"\xff" * 32, 0x62A8AB43), (bytes(range(32)), 0x46DD794E), (b"123456789", 0xE3069283)],
)
def test_the_sum_is_crc32c_by_the_vectors_of_rfc_3720(data: bytes, crc: int) -> None:
    assert crc32c(data) == crc


def test_an_event_is_these_bytes() -> None:
    event = scalar_event(300, {"a": 1.0}, 0.0)
    value = b"\x0a\x01a" + b"\x15" + struct.pack("<f", 1.0)
    summary = b"\x0a" + bytes([len(value)]) + value
    assert event == b"\x09" + bytes(8) + b"\x10\xac\x02" + b"\x2a" + bytes([len(summary)]) + summary
    assert records(frame(event) * 2) == [event, event]


def test_a_run_writes_an_event_an_epoch_and_the_final_figure(tmp_path: Path) -> None:
    result = bh.run_recipe("vanilla", **SMALL, validate=True, runs=tmp_path, log_to=f"tensorboard:{tmp_path / 'logs'}")
    (file,) = (tmp_path / "logs" / "vanilla").iterdir()
    version, *epochs, final = records(file.read_bytes())
    assert b"brain.Event:2" in version
    assert len(epochs) == 2
    assert b"loss/validation\x15" + struct.pack("<f", result.history[1].val_loss or 0) in epochs[1]
    assert b"final/validation_accuracy\x15" + struct.pack("<f", result.evaluation.accuracy or 0) in final
    assert result.notes == ()


def test_each_seed_is_a_run_of_its_own(tmp_path: Path) -> None:
    bh.run_recipe("vanilla", **SMALL, seeds=2, runs=tmp_path, log_to=[f"tensorboard:{tmp_path / 'logs'}"])
    assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == ["seed-0", "seed-1"]


def test_a_later_run_of_the_same_name_has_a_folder_of_its_own(tmp_path: Path) -> None:
    for _ in range(3):
        logger = TensorBoardLogger(tmp_path / "logs")
        logger.start("table", {})
        logger.epoch(RECORD)
    assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == ["table", "table-2", "table-3"]
    assert [len(list(path.iterdir())) for path in (tmp_path / "logs").iterdir()] == [1, 1, 1]


@pytest.mark.full
def test_tensorboards_own_reader_reads_it(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="its reader is TensorBoard's own")
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    logger = TensorBoardLogger(tmp_path)
    logger.start("run", {})
    logger.epoch(RECORD)
    logger.end({"test_accuracy": 0.5}, [])
    (file,) = (tmp_path / "run").iterdir()
    events = list(EventFileLoader(str(file)).Load())
    assert events[0].file_version == "brain.Event:2"
    assert [event.step for event in events[1:]] == [3, 3]
    assert {value.tag for value in events[1].summary.value} == {
        "loss/train",
        "accuracy/train",
        "learning_rate",
        "seconds",
    }


def test_a_logger_that_fails_is_one_warning_and_the_training_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = bh.run_recipe("vanilla", **SMALL, runs=tmp_path)

    def fails(self: TensorBoardLogger, record: EpochRecord) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(TensorBoardLogger, "epoch", fails)
    logged = bh.run_recipe("vanilla", **SMALL, runs=tmp_path, log_to=f"tensorboard:{tmp_path}")
    assert len(logged.notes) == 1
    assert "the disk is full. The training goes on." in logged.notes[0]
    files = [(run.path / "model.safetensors").read_bytes() for run in (plain, logged)]
    assert files[0] == files[1]


def test_a_folder_that_cannot_be_made_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = bh.run_recipe("vanilla", **SMALL, runs=tmp_path, log_to=f"tensorboard:{tmp_path / 'file'}")
    assert len(result.notes) == 1
    assert "cannot write in" in result.notes[0]


class Standin:
    """Notes what it is called with, as MLflow and W&B are called."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: self.calls.append((name, args, kwargs))


def test_mlflow_is_called_as_it_wants_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    standin = Standin()
    monkeypatch.setitem(sys.modules, "mlflow", standin)  # type: ignore[arg-type]
    logger = open_logger("mlflow:digits")
    logger.start("vanilla", {"epochs": 2})
    logger.epoch(RECORD)
    logger.end({"test_accuracy": 0.9}, [Path("model.safetensors")])
    names = [name for name, _, _ in standin.calls]
    assert names == [
        "set_experiment", "start_run", "log_params", "log_metrics", "log_metrics", "log_artifact", "end_run",
    ]  # fmt: skip
    assert standin.calls[3][2] == {"step": 3}
    assert standin.calls[3][1][0]["loss/train"] == 0.5


@pytest.mark.parametrize("package", ["wandb", "trackio"])
def test_wandb_and_trackio_are_called_alike(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    standin = Standin()
    monkeypatch.setitem(sys.modules, package, standin)  # type: ignore[arg-type]
    logger = open_logger(f"{package}:mine")
    logger.start("vanilla", {"epochs": 2})
    logger.epoch(RECORD)
    logger.end({"test_accuracy": 0.9}, [])
    assert [name for name, _, _ in standin.calls] == ["init", "log", "log", "finish"]
    assert standin.calls[0][2] == {"project": "mine", "name": "vanilla", "config": {"epochs": 2}}


def test_other_packages_loggers_are_found_by_their_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    point = SimpleNamespace(name="mine", load=lambda: TensorBoardLogger)
    monkeypatch.setattr("byhand.loggers.registry.entry_points", lambda group: [point])
    assert isinstance(open_logger("mine:there"), TensorBoardLogger)


def test_what_cannot_be_opened_ends_before_a_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    for target, error in (
        ("tensorbord:x", OptionError),
        ("tensorboard", OptionError),
        ("mlflow:", MissingDependencyError),
    ):
        with pytest.raises(error):
            bh.run_recipe("vanilla", **SMALL, runs=tmp_path / "runs", log_to=target)
    with pytest.raises(OptionError, match="names of loggers"):
        bh.run_recipe("vanilla", **SMALL, runs=tmp_path / "runs", log_to=3)  # type: ignore[arg-type]
    assert not (tmp_path / "runs").exists()
