"""The first signal asks, the second leaves; where nobody asks for it, the first one leaves too."""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_runner import byhand

from byhand.training.signals import StopRequest
from byhand.training.train import train

BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
TRAIN = ["train", "vanilla", "--data", "moons", "--examples", "20", "--hidden", "3", "--epochs", "4", "--quiet"]


@BOTH
def test_a_signal_is_noted_while_somebody_asks_for_it(number: int) -> None:
    with StopRequest() as stop:
        with stop.defer_signals():
            assert not stop()
            os.kill(os.getpid(), number)
            assert stop()
        assert stop.asked


@BOTH
def test_a_second_signal_leaves_at_once(number: int) -> None:
    with StopRequest() as stop, stop.defer_signals():
        os.kill(os.getpid(), number)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)


@BOTH
def test_a_signal_where_nobody_asks_leaves_at_once(number: int) -> None:
    with pytest.raises(KeyboardInterrupt), StopRequest():
        os.kill(os.getpid(), number)


@BOTH
def test_a_signal_whose_exception_python_drops_is_asked_for_all_the_same(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Deleted:
        def __del__(self) -> None:
            os.kill(os.getpid(), number)

    dropped: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda event: dropped.append(event.exc_type))
    with StopRequest() as stop:
        Deleted()
        assert dropped == [KeyboardInterrupt]
        assert stop()


@BOTH
def test_afterwards_signals_are_handled_as_before(number: int) -> None:
    before = signal.getsignal(number)
    with pytest.raises(RuntimeError), StopRequest():
        raise RuntimeError
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("where", ["byhand.recipes.session.evaluate_recipe", "byhand.recipes.run.train"])
def test_a_second_ctrl_c_anywhere_leaves_something_to_go_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    calls = []

    def interrupts(*args: Any, **kwargs: Any) -> object:
        calls.append(args)
        if where.endswith("train") and len(calls) == 1:  # the trial before there is a folder
            return train(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(where, interrupts)
        done = byhand(*TRAIN, "--runs", tmp_path)
    run = tmp_path / "vanilla-1"
    assert done.code == 130
    assert done.err == f"byhand: stopped and saved. Resume with `byhand train --resume {run}`.\n"
    assert json.loads((run / "record.json").read_text())["status"] == "stopped"
    assert byhand("train", "--resume", run, "--quiet").code == 0
    assert json.loads((run / "record.json").read_text())["test_evaluations"] == 1
