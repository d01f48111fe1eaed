"""A program by itself, run as `limits.py SECONDS BYTES PROGRAM …`: give up rights for good, then become PROGRAM.

It imports nothing of byhand's, for it is started as a file by an isolated Python.
"""

import contextlib
import os
import resource
import sys

MAX_OPEN = 64  # files: more than an interpreter needs to start


def limit(kind: int, most: int) -> None:
    """Lower a limit for good, or leave it where it is lower already."""
    hard = resource.getrlimit(kind)[1]
    least = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (least, least))


def main() -> None:
    """Set the limits, which no child can raise again, and become the program."""
    seconds, memory, *command = sys.argv[1:]
    limits = {
        resource.RLIMIT_CPU: int(seconds),
        resource.RLIMIT_FSIZE: 0,  # no byte into any file; pipes are none
        resource.RLIMIT_NOFILE: MAX_OPEN,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        limit(kind, most)
    if int(memory):
        with contextlib.suppress(ValueError, OSError):  # macOS lets no address space be limited
            limit(resource.RLIMIT_AS, int(memory))
    os.execv(command[0], command)  # noqa: S606 — the aim of this file


if __name__ == "__main__":
    main()
