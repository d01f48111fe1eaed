"""A progress bar for downloads, drawn only on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from byhand.cli.common import Reporter


@contextmanager
def progress_bar(reporter: Reporter) -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function (file, bytes done, bytes in all) that draws a bar for each file from its first call on."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

    console = reporter.console()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    bars = Progress(*columns, console=console, disable=reporter.quiet or not console.is_terminal)
    tasks: dict[str, TaskID] = {}

    def progress(file: str, done: int, total: int) -> None:
        if file not in tasks:
            bars.start()
            tasks[file] = bars.add_task(f"downloading {file}", total=total)
        bars.update(tasks[file], completed=done)

    try:
        yield progress
    finally:
        bars.stop()
