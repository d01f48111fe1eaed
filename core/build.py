"""Compile the C core: python core/build.py OUTPUT [--cc CC] [--sanitize address,undefined]

Used by the package's build, from the command line, and by the tests. Needs a C compiler with GCC's vector extensions:
GCC or Clang, on any system. Nothing is linked with -ffast-math: GCC before 13 would then set flush-to-zero for the
whole process that loads the library.
"""

import argparse
import os
import shlex
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CORE = Path(__file__).resolve().parent

FLAGS = ["-std=c11", "-O3", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror=implicit-function-declaration"]
FLAGS += ["-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast"]  # x·y + z may be one instruction
INCLUDES = [f"-I{CORE}", f"-I{CORE / 'include'}"]
KERNEL_SOURCES = ("train/epoch_template.c", "gemm/peak_flops_template.c")  # compiled once for each processor family
PLAIN_SOURCES = tuple(
    sorted(str(path.relative_to(CORE)) for path in CORE.rglob("*.c") if not path.stem.endswith("_template"))
)
AVX512 = "-mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512"
KERNELS = {"portable": "", "avx2": "-mavx2 -mfma", "avx512": AVX512}
BF16 = "-mavx512bf16"
AMX = "-mamx-tile -mamx-bf16"
BF16_KERNELS = {  # of epoch_template.c alone, where the compiler knows these instructions
    "amx": f"{AVX512} {AMX} -DBH_USE_AMX=1 -DBH_BF16_SPLITS=3",
    "avx512_bf16": f"{AVX512} {BF16} -DBH_USE_AMX=0 -DBH_BF16_SPLITS=1",
    "amx_bf16": f"{AVX512} {AMX} -DBH_USE_AMX=1 -DBH_BF16_SPLITS=1",
}


class NoCompiler(Exception):  # noqa: N818 — no fault where NumPy does as well
    """There is none, or it refused the sources; the message says which."""


def find_compiler() -> list[str]:
    """Return the command of the C compiler: CC, else cc, gcc or clang."""
    named = os.environ.get("CC")
    if named:
        return shlex.split(named)
    found = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if found is None:
        raise NoCompiler("no C compiler found (cc, gcc, clang, or CC)")
    return [found]


def compile_core(output: Path, compiler: list[str] | None = None, extra: list[str] | None = None) -> None:
    """Write the shared library to `output`, whole or not at all. Raises NoCompiler."""
    compiler, extra = compiler or find_compiler(), extra or []
    machine = _machine(compiler)
    is_x86, is_windows = machine.startswith(("x86_64", "amd64")), "windows" in machine or "mingw" in machine
    wide = " -mevex512" if Path(compiler[0]).stem == "zig" else ""  # its name for vectors of 512 bits
    flags = [
        *FLAGS,
        *INCLUDES,
        *extra,
        *([] if is_windows else ["-fPIC"]),
        *(["-DBH_HAS_X86_KERNELS"] if is_x86 else []),
    ]
    with tempfile.TemporaryDirectory() as folder:
        families = [
            (source, name, KERNELS[name]) for name in (KERNELS if is_x86 else ["portable"]) for source in KERNEL_SOURCES
        ]
        if is_x86 and _knows(compiler, f"{AVX512} {BF16} {AMX}{wide}", Path(folder)):
            flags.append("-DBH_HAS_BF16_KERNELS")
            families += [(KERNEL_SOURCES[0], name, flags_of) for name, flags_of in BF16_KERNELS.items()]
        jobs = [(source, Path(folder, f"{Path(source).stem}.o"), []) for source in PLAIN_SOURCES]
        jobs += [
            (
                source,
                Path(folder, f"{Path(source).stem}-{name}.o"),
                [f"-DBH_KERNEL={name}", *_widened(flags_of, wide).split()],
            )
            for source, name, flags_of in families
        ]
        with ThreadPoolExecutor() as pool:
            commands = [[*compiler, *flags, *more, "-c", str(CORE / source), "-o", str(o)] for source, o, more in jobs]
            list(pool.map(_run, commands))
        whole = Path(folder, output.name)
        _run([*compiler, "-shared", *extra, *(str(o) for _, o, _ in jobs), "-o", str(whole), "-pthread", "-lm"])
        beside = output.with_name(f".{output.name}.new")
        shutil.copyfile(whole, beside)
        beside.replace(output)  # a running process keeps the old one


def _widened(flags: str, wide: str) -> str:
    """Return a family's flags, with the compiler's own for wide vectors where it has them."""
    return flags + wide if "avx512" in flags else flags


def _knows(compiler: list[str], flags: str, folder: Path) -> bool:
    """Return whether the compiler takes these flags."""
    empty = folder / "empty.c"
    empty.touch()
    try:
        _run([*compiler, *flags.split(), "-Werror", "-c", str(empty), "-o", str(folder / "empty.o")])
    except NoCompiler:
        return False
    return True


def _machine(compiler: list[str]) -> str:
    """Return what the compiler compiles for, such as x86_64-linux-gnu."""
    if "-target" in compiler:
        return compiler[compiler.index("-target") + 1]
    return _run([*compiler, "-dumpmachine"]).stdout


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 — the user's compiler
    except OSError as error:
        raise NoCompiler(f"{command[0]} cannot be started ({error})") from error
    except subprocess.CalledProcessError as error:
        raise NoCompiler(f"{' '.join(command[:1])} refused the sources:\n{error.stderr.strip()}") from error


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--cc", help="the compiler's command, such as 'zig cc -target aarch64-linux-gnu'")
    parser.add_argument("--sanitize", help="such as address,undefined or thread")
    options = parser.parse_args()
    extra = [f"-fsanitize={options.sanitize}", "-fno-sanitize-recover=all", "-g"] if options.sanitize else []
    compile_core(options.output, shlex.split(options.cc) if options.cc else None, extra)


if __name__ == "__main__":
    main()
