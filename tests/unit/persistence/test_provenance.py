"""What the bits depend on, and what has changed since."""

import json
import os

import numpy as np
import pytest

import byhand
from byhand.persistence.provenance import differences, environment, training_summary


def test_the_environment_is_plain_and_names_what_the_bits_depend_on():
    now = environment()
    assert json.loads(json.dumps(now)) == now
    assert list(now) == [
        "byhand", "numpy", "python", "system", "machine", "blas", "blas_threads", "blas_kernel", "cpu_features",
    ]  # fmt: skip
    assert (now["byhand"], now["numpy"]) == (byhand.__version__, np.__version__)
    assert all(now.values())


def test_nothing_private_is_written_down():
    import getpass
    import socket

    said = json.dumps(environment())
    assert "/" not in said
    assert socket.gethostname() not in said
    assert f'"{getpass.getuser()}"' not in said


@pytest.mark.parametrize(
    ("variables", "threads"),
    [
        ({"OPENBLAS_NUM_THREADS": "3", "OMP_NUM_THREADS": "5"}, 3),
        ({"OMP_NUM_THREADS": "5"}, 5),
        ({"OPENBLAS_NUM_THREADS": "many", "OMP_NUM_THREADS": "5"}, 5),
    ],
)
def test_threads_are_what_the_library_was_told(monkeypatch, variables, threads):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert environment()["blas_threads"] >= 1
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert environment()["blas_threads"] == threads


def test_where_the_system_does_not_say_which_processors_may_be_used_all_are_counted(monkeypatch):
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert environment()["blas_threads"] == 6


def test_a_kernel_that_was_chosen_is_written_down(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem")
    assert environment()["blas_kernel"] == "Nehalem"
    monkeypatch.delenv("OPENBLAS_CORETYPE")
    assert environment()["blas_kernel"] == "chosen by processor"


def test_the_same_environment_has_no_differences():
    assert differences(json.loads(json.dumps(environment())), environment()) == []


def test_each_difference_is_a_phrase():
    old = {"numpy": "2.3.1", "blas_threads": 2, "cpu_features": ["AVX2"], "gone": 1}
    new = {"numpy": "2.4.0", "blas_threads": 2, "cpu_features": ["AVX2", "AVX512F"], "here": 2}
    assert differences(old, new) == [
        "numpy was '2.3.1', is '2.4.0'",
        "cpu_features was ['AVX2'], is ['AVX2', 'AVX512F']",
        "here was None, is 2",
        "'gone' was 1, is None",
    ]


def test_what_a_file_says_stays_one_short_line():
    (phrase,) = differences({"\x1b[2J\n" * 1000: "\x1b[2J\n" * 1000}, {})
    assert phrase.isprintable()
    assert len(phrase) < 100


def test_the_summary_keeps_length_last_and_best():
    rows = [{"epoch": i, "valid_loss": loss} for i, loss in enumerate([0.5, 0.3, 0.3, 0.4], start=1)]
    assert training_summary(rows) == {"epochs": 4, "last": rows[3], "best": rows[1]}
    assert training_summary([{"epoch": 1, "valid_loss": None}])["best"] is None
    assert training_summary([]) == {"epochs": 0, "last": None, "best": None}
