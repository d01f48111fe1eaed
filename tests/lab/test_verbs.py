"""`byhand lab` and `byhand train --lab` as they are typed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from client import viewer
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from byhand.cli.main import cli
from byhand.lab.server import Server
from waiting import HANG, wait_until

PYTHON = [sys.executable, "-m", "byhand"]
SIGNALS = [signal.SIGINT, signal.SIGTERM] if os.name == "posix" else []


@contextmanager
def started(*args: object) -> Iterator["subprocess.Popen[str]"]:
    """Yield `byhand args…` in a process of its own, which does not outlive the test."""
    pipe = subprocess.PIPE
    with subprocess.Popen([*PYTHON, *map(str, args)], stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def byhand(*args: object) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(args=[str(arg) for arg in args], prog_name="byhand")
    return int(ended.value.code or 0)


def all_of(websocket: ClientConnection) -> list[dict[str, Any]]:
    """Return every frame until the server closes."""
    frames: list[dict[str, Any]] = []
    with suppress(ConnectionClosed):
        while True:
            frames.append(json.loads(websocket.recv(timeout=HANG)))
    return frames


def fetched(url: str, token: str) -> bytes:
    request = urllib.request.Request(url, headers={"X-Byhand-Token": token})  # noqa: S310
    with urllib.request.urlopen(request, timeout=HANG) as response:  # noqa: S310
        return bytes(response.read())


@pytest.mark.parametrize("number", SIGNALS)
def test_it_starts_serves_and_ends(pictures: Path, number: int) -> None:
    with started("lab", "--data-dir", pictures, "--port", "0", "--no-open", "--json") as lab:
        assert lab.stdout is not None
        found = json.loads(lab.stdout.readline())
        assert list(found) == ["schema", "url", "host", "port"]
        base, _, token = found["url"].partition("#token=")
        assert base == f"http://127.0.0.1:{found['port']}/"
        assert b"<html" in fetched(base, token)
        assert len(fetched(f"{base}api/data/train/images", token)) == 50 * 784
        lab.send_signal(number)
        out, err = lab.communicate(timeout=HANG)
    assert (lab.returncode, out) == (0, "")
    assert err == "Ctrl-C ends it.\nthe lab has ended.\n"


def test_it_ends_while_somebody_looks_on(pictures: Path) -> None:
    with started("lab", "--data-dir", pictures, "--port", "0", "--no-open", "-q") as lab:
        assert lab.stdout is not None
        base, _, token = lab.stdout.readline().strip().partition("#token=")
        place = SimpleNamespace(host="127.0.0.1", port=int(base.rstrip("/").rpartition(":")[2]), token=token)
        with viewer(place):
            fetched(base, token)
            lab.send_signal(signal.SIGINT)
            out, err = lab.communicate(timeout=HANG)
    assert (lab.returncode, out, err) == (0, "", "")


@pytest.fixture
def unserved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server listen, and be ended at once."""
    monkeypatch.setattr(Server, "wait", lambda self, asked: None)


@pytest.mark.usefixtures("unserved")
def test_the_browser_is_opened_where_there_are_windows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pictures: Path
) -> None:
    opened: list[str] = []

    def opens(url: str) -> bool:
        page = Path(urlsplit(url).path)
        opened.append(page.read_text())
        assert os.name != "posix" or page.parent.stat().st_mode & 0o077 == 0  # no other user reads the token there
        assert "token" not in url  # nor in the browser's command line
        return True

    monkeypatch.setattr("webbrowser.open", opens)
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    lab = ["lab", "--port", "0", "--data-dir", pictures]
    assert byhand(*lab) == 0
    assert opened == []
    assert "open the address above yourself" in capsys.readouterr().err
    monkeypatch.setenv("DISPLAY", ":0")
    assert byhand(*lab, "--no-open") == 0
    assert opened == []
    capsys.readouterr()
    assert byhand(*lab) == 0
    [page] = opened
    assert f'content="0; url={capsys.readouterr().out.strip()}"' in page


@pytest.mark.usefixtures("unserved")
def test_others_are_let_in_only_by_name_and_with_a_warning(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert byhand("lab", "--port", "0", "--no-open", "-q") == 0
    assert capsys.readouterr().err == ""
    assert byhand("lab", "--port", "0", "--no-open", "-q", "--host", "0.0.0.0") == 0  # noqa: S104
    assert capsys.readouterr().err == (
        "byhand: others can reach the lab at 0.0.0.0, and only the token in its address keeps them out.\n"
    )


@pytest.mark.usefixtures("unserved")
def test_a_class_is_given_an_address_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert byhand("lab", "--port", "0", "--no-open", "-q", "--json", "--host", "0.0.0.0", "--class") == 0  # noqa: S104
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["schema", "url", "host", "port", "class_url"]
    assert found["url"].partition("#")[0] == found["class_url"].partition("#")[0]
    assert found["url"] != found["class_url"]


def test_a_class_needs_an_address_that_it_can_reach(capsys: pytest.CaptureFixture[str]) -> None:
    assert byhand("lab", "--port", "0", "--no-open", "--class") == 2
    assert "--class needs --host" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["--data-dir", "nowhere"], 3, "nowhere"),
        (["missing.safetensors"], 3, "missing.safetensors"),
        (["--host", "a b"], 2, "--host got 'a b'"),
        (["--port", "70000"], 2, "70000"),
    ],
)
def test_what_is_wrong_is_told_before_it_serves(
    args: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert byhand("lab", "--no-open", "--port", "0", *args) == code
    found = capsys.readouterr()
    assert (found.out, len(found.err.splitlines())) == ("", 1)
    assert said in found.err


def test_a_taken_port_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert byhand("lab", "--no-open", "--port", port) == 4
    assert capsys.readouterr().err == (
        f"byhand: port {port} of 127.0.0.1 is taken, perhaps by another lab; "
        "name another with --port (0: any free one).\n"
    )


@pytest.mark.parametrize("args", [["lab"], ["train", "digits", "--lab"]])
def test_a_missing_extra_is_one_sentence(
    args: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "byhand.lab.dependencies.importlib.util.find_spec", lambda name: None if name == "uvicorn" else name
    )
    assert byhand(*args) == 4
    assert capsys.readouterr().err == 'byhand: the lab needs uvicorn: pip install "byhand[lab]".\n'
    assert list(tmp_path.iterdir()) == []


def test_training_without_the_lab_loads_none_of_it(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom byhand.cli.main import cli\n"
        f"try: cli.main(args=['train', 'digits', '--epochs', '1', '-q', '--runs', {str(tmp_path)!r}])\n"
        "except SystemExit as end: assert not end.code\n"
        "assert not {'starlette', 'uvicorn', 'websockets', 'asyncio'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


def test_frames_of_a_training_arrive(tmp_path: Path) -> None:
    flags = ["--epochs", "60", "--validate", "--engine", "numpy", "--hidden", "64"]
    frames: list[dict[str, Any]] = []
    with started("train", "digits", *flags, "--lab", "--json", "-q", "--runs", tmp_path) as training:
        assert training.stderr is not None
        said, _, url = training.stderr.readline().strip().partition(" at ")
        assert said == "byhand: watch the training"
        base, _, token = url.partition("#token=")
        place = SimpleNamespace(host="127.0.0.1", port=int(base.rstrip("/").rpartition(":")[2]), token=token)
        hello = json.loads(fetched(f"{base}api/hello", token))
        assert (hello["live"], hello["model"]) == (True, None)
        with viewer(place) as websocket:
            frames += all_of(websocket)
        out, err = training.communicate(timeout=HANG)
    assert (training.returncode, err) == (0, "")
    history = [json.loads(line) for line in (tmp_path / "digits-1" / "history.jsonl").read_text().splitlines()]
    last = frames[-1]
    assert json.loads(out)["schema"] == 1
    assert (last["recipe"], last["sizes"], last["epoch"], last["epochs"]) == ("digits", [64, 64, 10], 60, 60)
    assert [row["loss"] for row in last["history"]] == [row["train_loss"] for row in history]
    assert last["validation"] == {"loss": history[-1]["valid_loss"], "accuracy": history[-1]["valid_accuracy"]}
    assert len(frames) > 1
    assert [frame["epoch"] for frame in frames] == sorted(frame["epoch"] for frame in frames)


def test_the_end_of_a_training_beside_the_lab_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert byhand("train", "digits", "--epochs", "1", "--lab", "--runs", tmp_path) == 0
    first, *_, last = capsys.readouterr().err.splitlines()
    assert first.startswith("byhand: watch the training at http://127.0.0.1:")
    assert last == "the lab has ended with the training; an open page keeps the last frame."


def test_two_trainings_at_once_have_a_page_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", 8765))
            other.listen()
        except OSError:
            pass  # somebody else has it already
        assert byhand("train", "digits", "--epochs", "1", "--lab", "-q", "--runs", tmp_path) == 0
    said = capsys.readouterr().err
    assert said.startswith("byhand: watch the training at http://127.0.0.1:")
    assert ":8765/" not in said


def test_many_seeds_are_not_one_training(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert byhand("train", "digits", "--seeds", "2", "--lab", "--runs", tmp_path) == 2
    assert "leave --seeds out" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_lab_changes_nothing_of_the_training(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = ["train", "digits", "--epochs", "3", "-q", "--runs", tmp_path]
    assert byhand(*train) == byhand(*train, "--lab") == 0
    first, second = ((tmp_path / f"digits-{i}" / "history.jsonl").read_text().splitlines() for i in (1, 2))
    for one, other in zip(first, second, strict=True):
        rows = [json.loads(one), json.loads(other)]
        for row in rows:
            row.pop("seconds")
        assert rows[0] == rows[1]
    record = json.loads((tmp_path / "digits-2" / "record.json").read_text())
    names = ["recipe", "data_dir", "n_seeds", "engine", "precision", "device", "shards", "test", "n_train"]
    assert list(record["settings"]) == names


@pytest.mark.long
def test_training_is_not_slower_for_a_viewer(tmp_path: Path, mnist_folder: Path) -> None:
    seconds: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(6):
        lab = turn % 2 == 1
        flags = ["--data-dir", mnist_folder, "--epochs", "20", "--json", *(["--lab"] if lab else [])]
        with started("train", "vanilla", *flags, "-q", "--runs", tmp_path) as training:
            if lab:
                assert training.stderr is not None
                base, _, token = training.stderr.readline().strip().partition(" at ")[2].partition("#token=")
                place = SimpleNamespace(host="127.0.0.1", port=int(base.rstrip("/").rpartition(":")[2]), token=token)
                with viewer(place) as websocket:
                    assert len(all_of(websocket)) > 5
            out, _ = training.communicate(timeout=300)
        seconds[lab].append(json.loads(out)["train_seconds"]["mean"])
        time.sleep(0.5)
    print(seconds)
    assert min(seconds[True]) < 1.05 * min(seconds[False])


@pytest.mark.skipif(os.name != "posix", reason="descriptors as POSIX counts them")
@pytest.mark.full
def test_a_training_goes_on_where_hundreds_connect_and_say_nothing(tmp_path: Path) -> None:
    """With 128 descriptors for everything, and 300 connections: they once ended the training."""
    import resource

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, limits[1]))
    try:
        process = started("train", "digits", "--lab", "--epochs", "1000000", "--runs", tmp_path, "-q")
        lab = process.__enter__()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    with ExitStack() as stack:
        stack.push(process)
        assert lab.stderr is not None
        port = int(lab.stderr.readline().partition("127.0.0.1:")[2].partition("/")[0])
        for _ in range(300):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=HANG))
        wait_until(lambda: any(tmp_path.glob("*/history.jsonl")))
        (history,) = tmp_path.glob("*/history.jsonl")
        saved: list[str] = [history.read_text()]
        for _ in range(2):  # what is saved after all of them have connected
            wait_until(lambda: history.read_text() != saved[-1], lambda: lab.poll() is None)
            saved.append(history.read_text())
        lab.send_signal(signal.SIGINT)
        _, err = lab.communicate(timeout=HANG)
    assert lab.returncode == 130, err
    assert "Resume with" in err
    assert err.count("\n") < 8
    assert "Traceback" not in err
