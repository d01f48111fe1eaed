"""Names that a terminal would obey, that no encoding holds, or that lead to no file: told, and nothing is lost."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest
from cli_runner import PYTHON, byhand

from byhand.cli.common import Reporter, json_text
from byhand.errors import SystemResourceError
from byhand.files import atomic_write, remove_stale_tempfiles
from byhand.untrusted import UntrustedText

posix = pytest.mark.skipif(os.name != "posix", reason="names and devices as POSIX has them")
NOT_UTF8 = os.fsdecode(b"r\xff")
ESCAPE = "\x1b[2Jevil"


def test_narration_is_shown_and_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = Reporter(as_json=False, quiet=False, color=None)
    reporter.info(f"going on with {ESCAPE}")
    reporter.warn(f"stopped in {ESCAPE}")
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert said.count(r"\x1b[2Jevil") == 2


def test_a_recipe_s_data_of_any_name_is_narrated_without_escapes(tmp_path: Path) -> None:
    table = tmp_path / f"{ESCAPE}.csv"
    table.write_text("a,b,c\n" + "".join(f"{i},{i * i % 7},{'xy'[i % 2]}\n" for i in range(40)))
    for command in (["train", "--data", table, "--epochs", "1", "--runs", tmp_path], ["data", table]):
        done = byhand(*command)
        assert done.code == 0, done.err
        assert "\x1b" not in done.out + done.err


@posix
def test_a_folder_whose_name_is_not_utf8_holds_a_run(tmp_path: Path) -> None:
    runs = tmp_path / NOT_UTF8
    done = byhand("train", "digits", "--epochs", "1", "--runs", runs, "--json")
    assert done.code == 0, done.err
    assert done.json["run"] == str(runs / "digits-1")
    assert json.loads((runs / "digits-1" / "record.json").read_text())["run"] == str(runs / "digits-1")
    assert byhand("evaluate", runs / "digits-1").code == 0
    assert byhand("export", "python", runs / "made.py", "--runs", runs).code == 0


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_training_is_not_lost_where_stderr_is_full(tmp_path: Path) -> None:
    command = [*PYTHON, "train", "digits", "--epochs", "2", "--runs", str(tmp_path / "runs")]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=full, check=False, text=True)
    assert done.returncode == 0
    assert "test accuracy" in done.stdout
    assert (tmp_path / "runs" / "digits-1" / "model.safetensors").exists()


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_an_error_keeps_its_exit_code_where_stderr_is_full(tmp_path: Path) -> None:
    command = [*PYTHON, "evaluate", str(tmp_path / "none")]
    with open("/dev/full", "w") as full:
        assert subprocess.run(command, stderr=full, check=False).returncode == 3


def test_json_is_what_every_program_reads() -> None:
    values = {"a": float("nan"), "b": [float("-inf"), 1.5], "c": "\ud800", "d": UntrustedText("\udcff"), "e": (1,)}
    text = json_text(values)
    assert json.loads(text, parse_constant=lambda name: pytest.fail(name))["b"] == [None, 1.5]
    text.encode()


@posix
def test_what_is_no_file_is_left_as_it_is(trained: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "target.txt").write_text("kept")
    (tmp_path / "link").symlink_to(tmp_path / "target.txt")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "link", "folder"):
        before = (tmp_path / name).lstat()
        done = byhand("export", "python", tmp_path / name, "--model", trained)
        assert done.code == 4
        assert "is a link, a device, a pipe or a folder" in done.err
        after = (tmp_path / name).lstat()
        assert (after.st_mode, after.st_ino) == (before.st_mode, before.st_ino)
    assert (tmp_path / "target.txt").read_text() == "kept"


@posix
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a device, or replace one")
def test_root_replaces_no_device(trained: Path, tmp_path: Path) -> None:
    device = tmp_path / "null"
    try:
        os.mknod(device, 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("this root may make no device")
    assert byhand("export", "python", device, "--model", trained).code == 4
    assert stat.S_ISCHR(device.lstat().st_mode)


@posix
@pytest.mark.parametrize("name", ["0", "9" * 20, "9" * 200, "-1", "x", "", "٣"])
def test_a_hostile_temporary_s_name_breaks_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / f".byhand-{name}-1-model").write_bytes(b"x")
    (tmp_path / f".byhand-{name}-folder").mkdir()
    remove_stale_tempfiles(tmp_path)
    atomic_write(tmp_path / "new", b"new")
    assert (tmp_path / "new").read_bytes() == b"new"


@posix
def test_what_a_killed_process_left_is_swept_in_a_run_that_goes_on(trained: Path) -> None:
    left = trained / ".byhand-999999999-1-record.json"  # no system has so many processes
    left.write_bytes(b"half")
    from byhand.training.run_folder import RunFolder

    folder = RunFolder(trained)
    folder.write_record(folder.read_record())
    assert not left.exists()


@pytest.mark.parametrize("name", ["x" * 240, "é" * 120])
def test_a_long_name_is_as_good_as_a_short_one(name: str, tmp_path: Path) -> None:
    atomic_write(tmp_path / name, b"new")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_name_that_no_file_can_have_is_told(tmp_path: Path) -> None:
    with pytest.raises(SystemResourceError, match="cannot be the name of a file"):
        atomic_write(tmp_path / "a\0b", b"new")


def test_json_holds_nothing_that_a_terminal_obeys() -> None:
    text = json_text({"file": "\x9b2J\u202e\x7f\U000e0001 é 漢"})
    assert text.isprintable()
    assert json.loads(text) == {"file": "\x9b2J\u202e\x7f\U000e0001 é 漢"}


def test_a_terminal_of_no_width_is_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "0")
    assert "xor" in byhand("data", "xor").out


@posix
def test_a_run_that_cannot_be_written_is_evaluated(read_pictures: Path, look_alike: Path, tmp_path: Path) -> None:
    """As on a read-only disk; here its record is a link, which is not replaced either."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "model.safetensors").write_bytes((read_pictures / "model.safetensors").read_bytes())
    (tmp_path / "run" / "record.json").symlink_to(read_pictures / "record.json")
    before = (read_pictures / "record.json").read_bytes()
    done = byhand("evaluate", tmp_path / "run", "--data-dir", look_alike)
    assert done.code == 0, done.err
    assert "accuracy" in done.out
    assert (read_pictures / "record.json").read_bytes() == before


@posix
def test_the_lab_serves_a_model_whose_folder_is_not_utf8(trained: Path, tmp_path: Path) -> None:
    pytest.importorskip("starlette")
    from byhand.lab.model_file import saved_model

    folder = tmp_path / NOT_UTF8
    folder.mkdir()
    (folder / "model.safetensors").write_bytes((trained / "model.safetensors").read_bytes())
    saved_model(folder).name.encode()
