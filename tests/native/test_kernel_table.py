"""The table of kernels: what was measured decides, by processor, precision and sizes; never an instruction alone."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from byhand.engines import bindings as c
from byhand.engines import kernel_table, native
from byhand.engines.bindings import BF16, FLOAT32
from byhand.engines.kernel_table import Row, dense_sizes, fastest_kernel, rows_of, why_one_thread
from byhand.engines.native import NativeEngine, chosen_kernel
from byhand.engines.processor import processor_key, processor_name
from byhand.network import Network

KERNELS = ["portable", "avx2", "avx512", "amx"]
NARROW, WIDE = (784, 128, 10), (784, 800, 10)


def row(work: str, sizes: tuple[int, ...], batch_size: int = 128, precision: str = FLOAT32, **changes: dict) -> Row:
    values: dict = {"ratios": {"portable": 3.0, "avx2": 1.6, "avx512": 1.0, "amx": 1.2}, "thread_gains": {}, **changes}
    return Row(work, sizes, batch_size, precision, **values)


def measured(monkeypatch: pytest.MonkeyPatch, *rows: Row) -> None:
    monkeypatch.setattr(kernel_table, "rows_of", lambda processor: rows)


def test_what_was_never_measured_gets_the_widest_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    measured(monkeypatch)
    assert fastest_kernel(KERNELS, "avx512", NARROW, FLOAT32) == "avx512"


def test_tiles_that_were_slower_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    measured(monkeypatch, row("sgd", NARROW))
    assert fastest_kernel(KERNELS, "avx512", NARROW, FLOAT32) == "avx512"


def test_tiles_are_taken_where_they_were_faster_and_only_there(monkeypatch: pytest.MonkeyPatch) -> None:
    faster = {"avx512": 1.0, "amx": 0.6}
    measured(monkeypatch, row("sgd", NARROW), row("wide", WIDE, ratios=faster))
    assert fastest_kernel(KERNELS, "avx512", WIDE, FLOAT32) == "amx"
    assert fastest_kernel(KERNELS, "avx512", (784, 900, 10), FLOAT32) == "amx"  # like the wide one
    assert fastest_kernel(KERNELS, "avx512", (784, 100, 10), FLOAT32) == "avx512"
    assert fastest_kernel(["portable", "avx2"], "avx2", WIDE, FLOAT32) == "avx2"  # of those that this one can run
    assert fastest_kernel(KERNELS, "avx512", (), FLOAT32) == "avx512"  # nobody said of what sizes


def test_one_work_where_they_were_slower_is_enough_to_leave_them(monkeypatch: pytest.MonkeyPatch) -> None:
    measured(monkeypatch, row("sgd", NARROW, ratios={"avx512": 1.0, "amx": 0.9}), row("adam", NARROW))
    assert fastest_kernel(KERNELS, "avx512", NARROW, FLOAT32) == "avx512"


def test_a_precision_has_rows_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs_win = {"avx512_bf16": 0.7, "amx_bf16": 0.9}
    measured(monkeypatch, row("sgd", NARROW), row("sgd", NARROW, precision=BF16, ratios=pairs_win))
    assert fastest_kernel(["avx512_bf16", "amx_bf16"], "amx_bf16", NARROW, BF16) == "avx512_bf16"


def test_a_processor_with_tiles_trains_in_vectors_until_they_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BYHAND_KERNEL", raising=False)
    everything: Any = SimpleNamespace(bh_choose_kernel=lambda wanted: wanted or c.KERNELS.index("avx512"))
    measured(monkeypatch)
    assert c.KERNELS[chosen_kernel(everything, FLOAT32, NARROW)] == "avx512"
    measured(monkeypatch, row("sgd", NARROW, ratios={"avx512": 1.0, "amx": 0.5}))
    assert c.KERNELS[chosen_kernel(everything, FLOAT32, NARROW)] == "amx"
    monkeypatch.setenv("BYHAND_KERNEL", "avx2")  # who asks for one gets it
    assert c.KERNELS[chosen_kernel(everything, FLOAT32, NARROW)] == "avx2"


def test_threads_that_did_not_pay_are_not_taken_and_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "available_cpus", lambda: 2)
    kernel = NativeEngine().name.removeprefix("native/")
    measured(
        monkeypatch,
        row("sgd", NARROW, thread_gains={kernel: 0.98}),
        row("batch 512", NARROW, 512, thread_gains={kernel: 1.3}),
    )
    assert (
        why_one_thread(kernel, NARROW, 100, FLOAT32) == "all threads were 0.98 times as fast as one on this processor"
    )
    assert why_one_thread(kernel, NARROW, 400, FLOAT32) is None
    assert why_one_thread("another", NARROW, 100, FLOAT32) is None
    assert NativeEngine().n_threads(NARROW, 128) == 1
    assert NativeEngine().n_threads(NARROW, 512) == 2
    assert NativeEngine(2).n_threads(NARROW, 128) == 2  # who asks for two gets two


def test_a_step_too_small_to_share_gets_one_thread_and_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "available_cpus", lambda: 2)
    for engine in (NativeEngine(), NativeEngine(2)):
        assert engine.why_one_thread([2, 16, 8, 2], 100) == "a step takes less time than threads wait for one another"
        assert engine.n_threads([2, 16, 8, 2], 100) == 1
    monkeypatch.setattr(native, "available_cpus", lambda: 1)
    assert NativeEngine().why_one_thread([2, 16, 8, 2], 100) is None  # there is nothing to choose


def test_sizes_are_those_of_dense_layers() -> None:
    network = Network.mlp([6, 5, 5, 3], residual=True, batch_norm=True, dropout=0.2)
    assert dense_sizes(network) == [6, 5, 5, 3]


def test_the_table_that_is_shipped_can_be_read() -> None:
    assert rows_of("no such processor") == ()
    for one in rows_of(processor_key()):
        assert one.sizes
        assert one.precision in c.PRECISIONS
        assert set(one.ratios) <= set(c.KERNELS)


INFO = """processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 143
model name\t: A Xeon
flags\t\t: fpu avx2 amx_tile avx512f

processor\t: 1
model\t\t: 0
"""


def test_a_processor_is_its_maker_family_and_model(tmp_path: Path) -> None:
    info = tmp_path / "cpuinfo"
    info.write_text(INFO)
    assert processor_key(info) == "GenuineIntel 6 143"
    assert processor_name(info) == "A Xeon (avx2, avx512f, amx_tile)"
    assert processor_key(tmp_path / "none") == "unknown"
    assert processor_name(tmp_path / "none")
