"""Check the page's JavaScript through node: python tools/lint_page.py [--format]

prettier, eslint and the TypeScript compiler, in the versions of package.json, are installed into node_modules when they
are missing or older than that file. Without node and npm nothing is checked, and that is said; in CI it is a failure.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES, PACKAGE = ROOT / "node_modules", ROOT / "package.json"
STAMP = MODULES / ".for-lint"
TYPED = ["tsc", "--project", "tsconfig.typed.json"]  # the folders whose every parameter has a type
CHECKS = [["prettier", "--check", "."], ["eslint", "--max-warnings", "0", "."], ["tsc", "--project", "."], TYPED]
FORMAT = [["prettier", "--write", "--log-level", "warn", "."]]


def install(npm: str) -> None:
    """Install the tools unless those that are there are of this package.json."""
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == PACKAGE.read_text(encoding="utf-8"):
        return
    subprocess.run([npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"], cwd=ROOT, check=True)
    STAMP.write_text(PACKAGE.read_text(encoding="utf-8"), encoding="utf-8")


def main() -> int:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        print("skipped: prettier, eslint and tsc check the page's JavaScript only where node and npm are installed.")
        return 1 if os.environ.get("CI") else 0
    install(npm)
    commands = FORMAT if "--format" in sys.argv else CHECKS
    codes = [subprocess.run([MODULES / ".bin" / name, *rest], cwd=ROOT).returncode for name, *rest in commands]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
