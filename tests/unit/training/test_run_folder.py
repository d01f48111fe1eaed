"""Run folders: which one is the newest, and what a record keeps."""

import json
import os
from pathlib import Path

import pytest

from byhand.errors import DataError
from byhand.training.run_folder import RunFolder


def make_run(root: Path, name: str, **record: object) -> RunFolder:
    """Make a run folder with a record and something for a model."""
    folder = RunFolder.create(root, name)
    folder.write_record({"status": "finished", **record})
    folder.model_file.write_bytes(b"")
    return folder


def test_the_newest_run_is_the_one_that_was_begun_last_whatever_its_files_say(tmp_path: Path) -> None:
    first, last = make_run(tmp_path, "b"), make_run(tmp_path, "a")
    os.utime(first.model_file, (2e9, 2e9))  # copied, restored or touched later
    os.utime(last.model_file, (1e9, 1e9))
    assert RunFolder.latest(tmp_path).path == last.path


def test_a_record_keeps_when_its_run_was_begun(tmp_path: Path) -> None:
    first, last = make_run(tmp_path, "b"), make_run(tmp_path, "a")
    started = first.read_record()["started"]
    first.write_record({"status": "finished", "test_evaluations": 1})
    first.write_record({"status": "finished", "test_evaluations": 0})
    assert first.read_record()["started"] == started < last.read_record()["started"]
    assert RunFolder.latest(tmp_path).path == last.path


def test_of_several_seeds_the_last_one(tmp_path: Path) -> None:
    make_run(tmp_path, "a")
    run = RunFolder.create(tmp_path, "many")
    run.write_record({"status": "finished"})
    for seed in (2, 10, 9):
        run.subrun(f"seed-{seed}").model_file.write_bytes(b"")
    assert RunFolder.latest(tmp_path).path == run.path / "seed-10"


@pytest.mark.parametrize("record", [None, "[]", "{", '{"started": 5}', '{"started": null}'])
def test_runs_whose_record_does_not_say_come_first(tmp_path: Path, record: str | None) -> None:
    dated = make_run(tmp_path, "a")
    old = RunFolder.create(tmp_path, "b")
    old.model_file.write_bytes(b"")
    if record is not None:
        old.record_file.write_text(record)
    assert RunFolder.latest(tmp_path).path == dated.path


def test_no_run_at_all(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no trained model"):
        RunFolder.latest(tmp_path)


def test_a_record_is_bounded(tmp_path: Path) -> None:
    folder = make_run(tmp_path, "a")
    folder.record_file.write_text(json.dumps({"x": "y" * (17 << 20)}))
    with pytest.raises(DataError, match="too large"):
        folder.read_record()
