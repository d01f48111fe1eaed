"""How many processors there are, read from stand-ins for Linux's own files."""

import os
from pathlib import Path

import pytest

from byhand.engines import available_cpus as cpus
from byhand.engines.available_cpus import available_cpus, cgroup_limit

V2 = "0::/kubepods/pod7/box"
V1 = "11:memory:/docker/box\n4:cpu,cpuacct:/docker/box\n0::/"


def system(root: Path, groups: str, **files: str) -> Path:
    """Write /proc/self/cgroup and the files under /sys/fs/cgroup; '__' stands for '/' in a name."""
    for name, text in {"proc/self/cgroup": groups, **files}.items():
        file = root / (name if name.startswith("proc") else f"sys/fs/cgroup/{name.replace('__', '/')}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")
    return root


@pytest.mark.parametrize(
    ("groups", "files", "limit"),
    [
        pytest.param(V2, {"kubepods__pod7__box__cpu.max": "150000 100000"}, 1.5, id="its own group"),
        pytest.param(V2, {"kubepods__pod7__box__cpu.max": "max 100000"}, None, id="no limit"),
        pytest.param(
            V2,
            {"kubepods__pod7__box__cpu.max": "400000 100000", "kubepods__pod7__cpu.max": "50000 100000"},
            0.5,
            id="the group above is stricter",
        ),
        pytest.param(V2, {"cpu.max": "200000 100000"}, 2.0, id="the container sees its group as the top"),
        pytest.param("0::/../../box", {"cpu.max": "300000 100000"}, 3.0, id="a path out of its namespace"),
        pytest.param(
            V1,
            {
                "cpu,cpuacct__docker__box__cpu.cfs_quota_us": "250000",
                "cpu,cpuacct__docker__box__cpu.cfs_period_us": "100000",
            },
            2.5,
            id="version 1",
        ),
        pytest.param(
            V1,
            {
                "cpu,cpuacct__docker__box__cpu.cfs_quota_us": "-1",
                "cpu,cpuacct__docker__box__cpu.cfs_period_us": "100000",
            },
            None,
            id="version 1 without a limit",
        ),
        pytest.param(
            V1,
            {"memory__docker__box__cpu.cfs_quota_us": "100000", "memory__docker__box__cpu.cfs_period_us": "100000"},
            None,
            id="another controller's folder",
        ),
        pytest.param(V2, {"kubepods__pod7__box__cpu.max": "nonsense"}, None, id="nonsense"),
        pytest.param(V2, {"kubepods__pod7__box__cpu.max": "100000 0"}, None, id="a period of nothing"),
        pytest.param("", {}, None, id="no groups"),
    ],
)
def test_a_limit_is_read(tmp_path: Path, groups: str, files: dict[str, str], limit: float | None) -> None:
    assert cgroup_limit(system(tmp_path, groups, **files)) == limit


@pytest.mark.parametrize(
    ("allowed", "quota", "expected"),
    [(8, "250000", 2), (8, "50000", 1), (2, "800000", 2), (4, "max", 4)],
    ids=["two and a half", "half", "more than there are", "no limit"],
)
def test_as_many_as_affinity_and_limit_allow(
    allowed: int, quota: str, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(allowed)), raising=False)
    assert available_cpus(system(tmp_path, "0::/", **{"cpu.max": f"{quota} 100000"})) == expected


def test_without_such_files_all_count(tmp_path: Path) -> None:
    assert available_cpus(tmp_path) == cpus._affinity() >= 1


def test_a_file_is_read_to_a_bound(tmp_path: Path) -> None:
    root = system(tmp_path, "0::/" + "\n" * cpus.MAX_CHARACTERS + "0::/box", **{"box__cpu.max": "100000 100000"})
    assert cgroup_limit(root) is None
