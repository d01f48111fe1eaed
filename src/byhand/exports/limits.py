"""A script, run as `limits.py SECONDS BYTES PROGRAM …`: gives up rights permanently, then becomes PROGRAM.

It imports nothing from byhand, because an isolated Python runs it as a file.
"""

import contextlib
import os
import resource
import sys

MAX_OPEN = 64  # files: more than an interpreter needs to start


def limit(kind: int, most: int) -> None:
    """Lower a limit permanently, unless it is lower already."""
    hard = resource.getrlimit(kind)[1]
    least = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (least, least))


def main() -> None:
    """Set the limits, which a child cannot raise again, and become the program."""
    seconds, memory, *command = sys.argv[1:]
    limits = {
        resource.RLIMIT_CPU: int(seconds),
        resource.RLIMIT_FSIZE: 0,  # no writing to files; pipes are not limited
        resource.RLIMIT_NOFILE: MAX_OPEN,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        limit(kind, most)
    if int(memory):
        with contextlib.suppress(ValueError, OSError):  # macOS cannot limit address space
            limit(resource.RLIMIT_AS, int(memory))
    os.execv(command[0], command)  # noqa: S606 — the aim of this file


if __name__ == "__main__":
    main()
