"""The run folder: what a training run leaves behind, and what it needs to resume.

    record.json             what was asked for, on which machine, what came out, how often the test set was looked at
    history.jsonl           one line per epoch
    checkpoint.safetensors  the whole state, while the run is not finished
    model.safetensors       the trained model

Every file is written whole or not at all. The checkpoint is the truth: a history that a kill left one line ahead of
it is cut back on resume.
"""

import contextlib
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from byhand.errors import ByhandError, DataError, SystemResourceError
from byhand.files import atomic_write, read_bytes_limited, remove_stale_tempfiles
from byhand.training.checkpoint import save_checkpoint
from byhand.training.history import to_json_lines
from byhand.training.state import TrainingState

MAX_RECORD = 16 << 20  # bytes; a thousand seeds with their confusion matrices have 1 MB
SAVE_EVERY = 1.0  # seconds: a kill loses at most this much work, and short runs write little


class RunFolder:
    """One run's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.record_file = path / "record.json"
        self.history_file = path / "history.jsonl"
        self.checkpoint_file = path / "checkpoint.safetensors"
        self.model_file = path / "model.safetensors"
        self._saved_at = 0.0

    @classmethod
    def create(cls, root: Path, name: str) -> "RunFolder":
        """Make root/name-1, or the next number that is free (two processes never get the same)."""
        number = 1
        try:
            root.mkdir(parents=True, exist_ok=True)
            while True:
                try:
                    (root / f"{name}-{number}").mkdir()
                    return cls(root / f"{name}-{number}")
                except FileExistsError:
                    number += 1
        except OSError as error:
            raise SystemResourceError(
                f"cannot make a run folder in {root}: {error.strerror}. Name another place.", argument="runs"
            ) from error

    def subrun(self, name: str) -> "RunFolder":
        """Return the folder of one of several seeds, made if need be."""
        try:
            (self.path / name).mkdir(exist_ok=True)
        except OSError as error:
            raise SystemResourceError(
                f"cannot make {self.path / name}: {error.strerror}. Name another place.", argument="runs"
            ) from error
        return RunFolder(self.path / name)

    def seeds(self) -> list["RunFolder"]:
        """Return the folders of the several seeds of this run; none where there was one seed only."""
        return [RunFolder(path) for path in sorted(self.path.glob("seed-*"))]

    @classmethod
    def latest(cls, root: Path) -> "RunFolder":
        """Return the run that was begun last and has a model, as the records say; raise DataError when there is none.

        A copied or restored folder has new times on its files, and the old one in its record.
        """
        models = [*root.glob("*/model.safetensors"), *root.glob("*/seed-*/model.safetensors")]
        if not models:
            raise DataError(f"no trained model in {root}. Train one with `byhand train`, or name a model file.")
        return max((cls(path.parent) for path in models), key=lambda run: (run._started(), _trailing_number(run.path)))

    def _started(self) -> str:
        """Return when this run, or the one it is a seed of, was begun; "" where no record says so."""
        for folder in (self, RunFolder(self.path.parent)):
            with contextlib.suppress(ByhandError):
                started = folder.read_record().get("started")
                return started if isinstance(started, str) else ""
        return ""

    def save_progress(self, state: TrainingState, settings: dict[str, Any], *, now: bool = False) -> None:
        """Save checkpoint and history if the last time is a second ago, or `now`."""
        if now or time.monotonic() - self._saved_at > SAVE_EVERY:
            save_checkpoint(self.checkpoint_file, state, settings)
            atomic_write(self.history_file, to_json_lines(state.history).encode())
            self._saved_at = time.monotonic()

    def finish(self) -> None:
        """Drop the checkpoints, of several seeds too, and what killed processes left: there is nothing to resume."""
        for folder in (self, *self.seeds()):
            folder.checkpoint_file.unlink(missing_ok=True)
            remove_stale_tempfiles(folder.path)

    def write_record(self, record: dict[str, Any]) -> None:
        """Write record.json; half a character, as in a path that is not UTF-8, as the escape that JSON has for it.

        When the run was begun stays as it was written first.
        """
        remove_stale_tempfiles(self.path)
        started = record.get("started") or self._started() or datetime.now(UTC).isoformat(timespec="microseconds")
        text = json.dumps({**record, "started": started}, indent=2, ensure_ascii=False) + "\n"
        atomic_write(self.record_file, text.encode("utf-8", "backslashreplace"))

    def read_record(self) -> dict[str, Any]:
        """Return record.json; raise DataError when it is missing or damaged."""
        if not os.path.lexists(self.record_file):
            raise DataError(f"{self.path} is not a run folder: it has no record.json. Name one, as runs/digits-1.")
        try:
            record = json.loads(read_bytes_limited(self.record_file, "the record of a run", MAX_RECORD))
        except (ValueError, RecursionError) as error:
            raise DataError(f"{self.record_file} is damaged: {error}.") from error
        if not isinstance(record, dict):
            raise DataError(f"{self.record_file} is damaged: expected a JSON object.")
        return record


def _trailing_number(path: Path) -> int:
    """Return the number that a folder's name ends in, as 12 of "seed-12"; 0 where it has none."""
    number = path.name.rpartition("-")[2]
    return int(number) if number.isdecimal() and len(number) < 12 else 0
