"""Compile the C core: python core/build.py OUTPUT [--cc CC] [--sanitize address,undefined] | --strict

Used by the package's build, from the command line, and by the tests. Needs a C compiler with GCC's vector extensions:
GCC or Clang, on any system. Nothing is linked with -ffast-math: GCC before 13 would then set flush-to-zero for the
whole process that loads the library.

--strict compiles every source for every processor family with all warnings as errors, and writes nothing.
"""

import argparse
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

CORE = Path(__file__).resolve().parent

FLAGS = ["-std=c11", "-O3", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror=implicit-function-declaration"]
FLAGS += ["-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast"]  # x·y + z may be one instruction
STRICT = ["-Wshadow", "-Wconversion", "-Wdouble-promotion", "-Wstrict-prototypes", "-Werror"]
INCLUDES = [f"-I{CORE}", f"-I{CORE / 'include'}"]

EPOCH, PEAK_FLOPS = "train/epoch_template.c", "gemm/peak_flops_template.c"
KERNEL_SOURCES = (EPOCH, PEAK_FLOPS)  # compiled once for each processor family
PLAIN_SOURCES = tuple(
    sorted(path.relative_to(CORE).as_posix() for path in CORE.rglob("*.c") if not path.stem.endswith("_template"))
)

# The template parameters of each processor family: gemm/parameters.md says what they mean.
AVX512 = "-mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512"
KERNELS = {"portable": "", "avx2": "-mavx2 -mfma", "avx512": AVX512}
BF16 = "-mavx512bf16"
AMX = f"{BF16} -mamx-tile -mamx-bf16"
BF16_KERNELS = {  # of epoch_template.c alone, where the compiler knows these instructions
    "amx": f"{AVX512} {AMX} -DBH_USE_AMX=1 -DBH_BF16_SPLITS=3",
    "avx512_bf16": f"{AVX512} {BF16} -DBH_USE_AMX=0 -DBH_BF16_SPLITS=1",
    "amx_bf16": f"{AVX512} {AMX} -DBH_USE_AMX=1 -DBH_BF16_SPLITS=1",
}


class CompilerNotFoundError(Exception):
    """There is none, or it refused the sources; the message says which."""


@dataclass(frozen=True)
class Object:
    """One object file: a source, the processor family it is compiled for ("" for none), and its flags."""

    source: str
    family: str = ""
    flags: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The object file's name, unique among all."""
        return f"{Path(self.source).stem}-{self.family}.o" if self.family else f"{Path(self.source).stem}.o"


def find_compiler() -> list[str]:
    """Return the command of the C compiler: CC, else cc, gcc or clang."""
    named = os.environ.get("CC")
    if named:
        return shlex.split(named)
    found = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if found is None:
        raise CompilerNotFoundError("no C compiler found (cc, gcc, clang, or CC)")
    return [found]


def compile_core(output: Path, compiler: list[str] | None = None, extra: Sequence[str] = ()) -> None:
    """Write the shared library to `output`, whole or not at all. Raises CompilerNotFoundError."""
    compiler = compiler or find_compiler()
    with tempfile.TemporaryDirectory() as folder:
        objects = compile_objects(Path(folder), compiler, extra)
        library = Path(folder, output.name)
        _run([*compiler, "-shared", *extra, *map(str, objects), "-o", str(library), "-pthread", "-lm"])
        beside = output.with_name(f".{output.name}.new")
        shutil.copyfile(library, beside)
        beside.replace(output)  # a running process keeps the old one


def compile_objects(folder: Path, compiler: list[str], extra: Sequence[str] = ()) -> list[Path]:
    """Compile every source into `folder`; return the object files. Raises CompilerNotFoundError."""
    machine = _machine(compiler)
    is_x86, is_windows = machine.startswith(("x86_64", "amd64")), "windows" in machine or "mingw" in machine
    wide = " -mevex512" if Path(compiler[0]).stem == "zig" else ""  # Clang's flag for 512-bit vectors
    has_bf16 = is_x86 and _accepts(compiler, f"{AVX512} {AMX}{wide}", folder)
    flags = [*FLAGS, *INCLUDES, *extra, *([] if is_windows else ["-fPIC"])]
    flags += ["-DBH_HAS_X86_KERNELS"] * is_x86 + ["-DBH_HAS_BF16_KERNELS"] * has_bf16
    objects = [*map(Object, PLAIN_SOURCES), *_family_objects(is_x86, has_bf16, wide)]
    files = [folder / one.name for one in objects]
    commands = [
        [*compiler, *flags, *one.flags, "-c", str(CORE / one.source), "-o", str(file)]
        for one, file in zip(objects, files, strict=True)
    ]
    with ThreadPoolExecutor() as pool:
        list(pool.map(_run, commands))
    return files


def _family_objects(is_x86: bool, has_bf16: bool, wide: str) -> Iterator[Object]:
    """Yield the objects that are compiled once for each processor family."""
    families = [(source, name) for name in (KERNELS if is_x86 else ["portable"]) for source in KERNEL_SOURCES]
    families += [(EPOCH, name) for name in BF16_KERNELS] if has_bf16 else []
    for source, name in families:
        flags = {**KERNELS, **BF16_KERNELS}[name]
        flags += wide if "avx512" in flags else ""
        yield Object(source, name, [f"-DBH_KERNEL={name}", *flags.split()])


def _accepts(compiler: list[str], flags: str, folder: Path) -> bool:
    """Return whether the compiler takes these flags."""
    empty = folder / "empty.c"
    empty.touch()
    try:
        _run([*compiler, *flags.split(), "-Werror", "-c", str(empty), "-o", str(folder / "empty.o")])
    except CompilerNotFoundError:
        return False
    return True


def _machine(compiler: list[str]) -> str:
    """Return the compiler's target, such as x86_64-linux-gnu."""
    if "-target" in compiler:
        return compiler[compiler.index("-target") + 1]
    return _run([*compiler, "-dumpmachine"]).stdout


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 — the user's compiler
    except OSError as error:
        raise CompilerNotFoundError(f"{command[0]} cannot be started ({error})") from error
    except subprocess.CalledProcessError as error:
        raise CompilerNotFoundError(f"{' '.join(command[:1])} refused the sources:\n{error.stderr.strip()}") from error


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("output", type=Path, nargs="?", help="the shared library to write")
    parser.add_argument("--cc", help="the compiler's command, such as 'zig cc -target aarch64-linux-gnu'")
    parser.add_argument("--sanitize", help="such as address,undefined or thread")
    parser.add_argument("--strict", action="store_true", help="all warnings are errors; writes nothing")
    options = parser.parse_args()
    if (options.output is None) != options.strict:
        parser.error("give OUTPUT or --strict")
    compiler = shlex.split(options.cc) if options.cc else find_compiler()
    if options.strict:
        with tempfile.TemporaryDirectory() as folder:
            compile_objects(Path(folder), compiler, STRICT)
        return
    extra = [f"-fsanitize={options.sanitize}", "-fno-sanitize-recover=all", "-g"] if options.sanitize else []
    compile_core(options.output, compiler, extra)


if __name__ == "__main__":
    main()
