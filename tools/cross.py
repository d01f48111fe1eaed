"""Compile the core for other machines: python tools/cross.py wasm|relaxed-wasm|threads-wasm OUTPUT | wheels FOLDER

Needs ziglang 0.14.1 (`pip install ziglang==0.14.1`, 400 MB, for releases only): a C compiler that carries the libraries
of all these systems. The version is pinned, because core.wasm in the repository must be what the sources give.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "core"))

from build import FLAGS, INCLUDES, KERNEL_SOURCES, PLAIN_SOURCES  # noqa: E402

ZIGLANG = "0.14.1"

# wheel tag → (target of the compiler, name of the library). glibc 2.28 is that of 2018.
PLATFORMS = {
    "manylinux_2_28_x86_64": ("x86_64-linux-gnu.2.28", "libbyhand.so"),
    "manylinux_2_28_aarch64": ("aarch64-linux-gnu.2.28", "libbyhand.so"),
    "macosx_11_0_x86_64": ("x86_64-macos.11.0", "libbyhand.dylib"),
    "macosx_11_0_arm64": ("aarch64-macos.11.0", "libbyhand.dylib"),
    "win_amd64": ("x86_64-windows-gnu", "byhand.dll"),
}

RELAXED = ("-mrelaxed-simd",)
THREADS = (*RELAXED, "-mcpu=generic+atomics+bulk_memory+relaxed_simd+simd128")  # so that the C library has them too
SHARED_MEMORY = (  # the page makes it, as large as 32 bits can address, and gives each thread a stack
    *("-Wl,--import-memory", "-Wl,--shared-memory", "-Wl,--max-memory=4294901760"),
    *("-Wl,--export=__stack_pointer", "-Wl,--export=bh_work"),
)

NOT_IN_PAGE = ("bh_choose_kernel", "bh_peak_flops")  # it has one kernel, and is not measured

PARTS = ("src", "core", "hatch_build.py", "pyproject.toml", "README.md", "LICENSE", ".gitignore")
LIBRARIES = shutil.ignore_patterns("libbyhand.*", "byhand.dll", "__pycache__")


def zig_cc(target: str) -> list[str]:
    """Return the compiler's command for a target; leave with a sentence where it is not the pinned one."""
    try:
        found = version("ziglang")
    except PackageNotFoundError:
        found = "none"
    if found != ZIGLANG:
        sys.exit(f"ziglang is {found}; needed is {ZIGLANG}: python -m pip install ziglang=={ZIGLANG}")
    import ziglang

    zig = Path(ziglang.__file__).with_name("zig.exe" if sys.platform == "win32" else "zig")
    return [str(zig), "cc", "-target", target]


def make_wasm(output: Path, features: Sequence[str] = (), more_link: Sequence[str] = ()) -> None:
    """Write core.wasm: the portable kernel with 128-bit vectors, no imports, memory that grows.

    features, more_link : flags for the compiler and for the linker
    What is no kernel is compiled for size: a browser has to fetch it, and what it computes takes as long.
    """
    header = (ROOT / "core" / "include" / "byhand.h").read_text("utf-8")
    api = re.findall(r"^BH_API .*?(bh_\w+)\(", header, flags=re.MULTILINE)
    link = ["-Wl,--no-entry", "-Wl,--export=__heap_base", "-Wl,--strip-all", "-mexec-model=reactor", "-s"]
    link += [f"-Wl,--export={name}" for name in api if name not in NOT_IN_PAGE]
    compiler = [*zig_cc("wasm32-wasi"), *FLAGS, *INCLUDES, "-msimd128", *features, "-DBH_KERNEL=portable"]
    with tempfile.TemporaryDirectory() as folder:
        objects = []
        for source in (*PLAIN_SOURCES, *KERNEL_SOURCES):
            objects.append(f"{folder}/{Path(source).stem}.o")
            size = ["-Os"] if source in PLAIN_SOURCES else []
            subprocess.run([*compiler, *size, "-c", str(ROOT / "core" / source), "-o", objects[-1]], check=True)
        subprocess.run([*compiler, *objects, *link, *more_link, "-o", str(output)], check=True)
    print(f"{output}: {output.stat().st_size:,} bytes")


def make_relaxed_wasm(output: Path) -> None:
    """Write core-relaxed.wasm, for browsers with relaxed SIMD: a multiply-add is one instruction there."""
    make_wasm(output, RELAXED)


def make_threads_wasm(output: Path) -> None:
    """Write core-threads.wasm: with relaxed SIMD, on imported memory that workers share (runtime/worker_threads.h)."""
    make_wasm(output, THREADS, SHARED_MEMORY)


def make_wheels(folder: Path) -> None:
    """Write a wheel for each platform; the package's own build does it, told the compiler and the tag."""
    for tag, (target, library) in PLATFORMS.items():
        told = {"CC": " ".join(zig_cc(target)), "BYHAND_WHEEL_TAG": tag, "BYHAND_WHEEL_LIBRARY": library}
        with tempfile.TemporaryDirectory() as copy:  # so that no other platform's library lies in anybody's sources
            for name in PARTS:
                place = ROOT / name
                if place.is_dir():
                    shutil.copytree(place, Path(copy, name), ignore=LIBRARIES)
                else:
                    shutil.copyfile(place, Path(copy, name))
            build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), copy]
            subprocess.run(build, check=True, env={**os.environ, **told})
    for wheel in sorted(folder.glob("*.whl")):
        print(f"{wheel.name}: {wheel.stat().st_size:,} bytes")


def main() -> None:
    makers = {
        "wasm": make_wasm,
        "relaxed-wasm": make_relaxed_wasm,
        "threads-wasm": make_threads_wasm,
        "wheels": make_wheels,
    }
    if len(sys.argv) != 3 or sys.argv[1] not in makers:
        sys.exit("usage: python tools/cross.py wasm|relaxed-wasm|threads-wasm OUTPUT | wheels FOLDER")
    makers[sys.argv[1]](Path(sys.argv[2]))


if __name__ == "__main__":
    main()
