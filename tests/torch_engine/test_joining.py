"""Processes look for each other in short attempts, and end when nobody would end them. The wait has a stand-in."""

import os
import time

import pytest

from byhand.engines.torch_engine import joining
from byhand.engines.torch_engine.joining import keep_trying, launcher_is_gone
from byhand.engines.torch_engine.launch import STARTED_BY, LostProcessError


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "ATTEMPT_SECONDS", 0.02)
    monkeypatch.setattr(joining, "PAUSE_SECONDS", 0.001)


class Wait:
    """Waits in vain as long as it may, until an attempt."""

    def __init__(self, until: int) -> None:
        self.until, self.attempts = until, 0

    def __call__(self, seconds: float) -> str:
        self.attempts += 1
        if self.attempts == self.until:
            return "here"
        time.sleep(seconds)
        raise RuntimeError("wait timeout")


def test_the_others_are_found_at_a_later_attempt() -> None:
    wait = Wait(until=3)
    assert keep_trying(wait, 3600) == "here"
    assert wait.attempts == 3


def test_a_launcher_that_is_gone_is_noticed_after_one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    wait = Wait(until=-1)
    monkeypatch.setattr(os, "getppid", lambda: STARTED_BY + (wait.attempts == 2))
    with pytest.raises(LostProcessError, match="launcher of this run has ended before its processes met"):
        keep_trying(wait, 3600)
    assert wait.attempts == 2


def test_when_the_time_is_up_the_reason_is_the_librarys() -> None:
    with pytest.raises(RuntimeError, match="wait timeout"):
        keep_trying(Wait(until=-1), 0.05)


def test_a_failure_before_its_time_is_not_tried_again() -> None:
    attempts = []

    def refuse(seconds: float) -> None:
        attempts.append(seconds)
        raise RuntimeError("address already in use")

    with pytest.raises(RuntimeError, match="already in use"):
        keep_trying(refuse, 3600)
    assert len(attempts) == 1


def test_a_process_knows_whether_its_parent_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not launcher_is_gone()
    monkeypatch.setattr(os, "getppid", lambda: STARTED_BY + 1)
    assert launcher_is_gone()
