"""What `byhand train` prints while it trains and at the end, and what the lab's page beside it shows."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from byhand.cli.article import LEGEND, ROWS
from byhand.cli.column_lines import column_lines
from byhand.cli.common import Reporter
from byhand.cli.live_publisher import LivePublisher, serve_lab
from byhand.cli.log import EpochLog
from byhand.cli.progress import progress_bar
from byhand.cli.report import report_text
from byhand.engines.base import Engine
from byhand.engines.kernel_table import dense_sizes
from byhand.engines.native import NativeEngine
from byhand.errors import OptionError
from byhand.formatting import count_noun
from byhand.inspection.explain import smoothed_minimum
from byhand.recipes.datasets import Progress
from byhand.recipes.request import TrainRequest
from byhand.recipes.result import RecipeResult, SeedResult
from byhand.recipes.run import Run
from byhand.recipes.session import SessionListener
from byhand.summary import n_params, sizes_label
from byhand.training.history import EpochRecord
from byhand.training.test_set_log import evaluation_sentence


@contextmanager
def attach_lab(request: TrainRequest, reporter: Reporter, *, wanted: bool) -> Iterator[LivePublisher | None]:
    """Serve the lab's page within this context where it is wanted, and yield the publisher of the training."""
    if not wanted:
        yield None
        return
    if request.n_seeds > 1:
        raise OptionError(f"--lab shows one training, and these are {request.n_seeds} seeds; leave --seeds out.")
    with serve_lab(request.data_dir, reporter) as publisher:
        yield publisher


class TrainReport(SessionListener):
    """Prints a session and publishes it to the lab where one is attached."""

    def __init__(self, reporter: Reporter, publisher: LivePublisher | None, *, as_article: bool = False) -> None:
        self._reporter, self._publisher = reporter, publisher
        self._article = ROWS if as_article else ()

    def info(self, text: str) -> None:
        self._reporter.info(text)

    def warn(self, text: str) -> None:
        self._reporter.warn(text)

    def watch_download(self) -> AbstractContextManager[Progress | None]:
        return progress_bar(self._reporter)

    def on_train_begin(self, run: Run, engine: Engine) -> None:
        for line in column_lines(run.dataset):
            self.info(line)
        self._engine = engine
        self.info(_describe_run(run, engine))
        smoothing = run.recipe.label_smoothing
        if least := smoothed_minimum(smoothing, run.state.network.widths[-1]):
            self.info(f"label smoothing {smoothing:g}: the loss cannot fall below {least:.4f}")
        validates, classes = run.dataset.validation is not None, run.dataset.train.is_classes
        if self._article:
            self.info(LEGEND)
        self._log = EpochLog(self._reporter, run.recipe.epochs, validates=validates, classes=classes)
        self._log.header()
        if self._publisher:
            self._publisher.publish(run, now=True)

    def on_epoch_end(self, run: Run, record: EpochRecord) -> None:
        if self._publisher:
            self._publisher.publish(run)
        self._log.row(record)
        if record.epoch <= len(self._article):
            self._log.article_row(*self._article[record.epoch - 1])

    def on_train_end(self, run: Run) -> None:
        if self._publisher:
            self._publisher.publish(run, now=True)
        for line in _epochs_with_fewer_threads(self._engine):
            self.info(line)

    def on_seed_end(self, result: SeedResult) -> None:
        self.info(result.line())

    def result(self, result: RecipeResult) -> None:
        """Print the report."""
        count = result.test_evaluations
        again = ["", f"[dim]{evaluation_sentence(count)}[/dim]"] if count and count > 1 else []
        self._reporter.result("\n".join([report_text(result), *again]), result.to_dict())


def _describe_run(run: Run, engine: Engine) -> str:
    """Return the line that announces the training."""
    network, train = run.state.network, run.dataset.train
    validation = "" if run.dataset.validation is None else f", {len(run.dataset.validation):,} for validation"
    return (
        f"{run.recipe.name}: {sizes_label(network)}, {n_params(network):,} parameters, "
        f"{len(train):,} examples of {run.dataset.name}{validation}, engine {engine.name}{_threads(run, engine)}"
    )


def _threads(run: Run, engine: Engine) -> str:
    """Return how many threads train and, where that is one although there are more processors, why; "" in NumPy."""
    if not isinstance(engine, NativeEngine):
        return ""
    sizes, batch_size = dense_sizes(run.state.network), min(run.recipe.batch_size, len(run.dataset.train))
    n_threads, why = engine.n_threads(sizes, batch_size), engine.why_one_thread(sizes, batch_size)
    return f", {count_noun(n_threads, 'thread')}{f', because {why}' if why else ''}"


def _epochs_with_fewer_threads(engine: Engine) -> list[str]:
    """Return the line that says how many epochs had fewer threads than announced, if any."""
    if not isinstance(engine, NativeEngine) or not engine.thread_count.reduced:
        return []
    count = engine.thread_count
    epochs = f"{count.reduced} of {count_noun(count.observed, 'epoch')} trained with fewer than {count.most} threads"
    return [f"{epochs}, because {count.most} got too little processor time beside other programs"]
