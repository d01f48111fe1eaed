"""A process that helps rank 0: it has the same data and settings, trains its share, and decides and saves nothing."""

from byhand.engines.base import EpochSpec
from byhand.engines.selection import choose_engine
from byhand.engines.torch_engine.launch import Launch
from byhand.losses.base import Loss
from byhand.network import Network
from byhand.optimizers.base import Optimizer
from byhand.recipes.request import TrainRequest
from byhand.recipes.run import Run
from byhand.recipes.session import SILENT, prepare, run_for_seed
from byhand.training.signals import StopRequest


def serve_rank(request: TrainRequest, launch: Launch) -> None:
    """Train this process's share of every epoch until rank 0 ends.

    Raises OptionError where data or settings are not rank 0's, LostProcessError when a process of the run is gone.
    """
    from byhand.engines.torch_engine.engine import TorchEngine

    request, dataset = prepare(request, SILENT)
    worker = _Worker(request, Run.of(request.recipe, dataset))
    parts = worker.run.state.network, worker.run.plan.loss, worker.run.state.optimizer
    engine = choose_engine(
        request.engine,
        *parts,
        precision=request.precision,
        device=request.device,
        n_shards=request.n_shards,
        launch=launch,
    ).engine
    if isinstance(engine, TorchEngine):
        with worker.stop, worker.stop.defer_signals():
            engine.serve(worker.work_for)


class _Worker:
    """run : of the seed that is trained now   stop : takes the first signal, which is sent to all: rank 0 ends it."""

    def __init__(self, request: TrainRequest, run: Run) -> None:
        self._request, self.run, self.stop = request, run, StopRequest()
        self._scaled = run.training_examples()

    def work_for(self, seed: int, epoch: int) -> tuple[Network, Loss, Optimizer, EpochSpec]:
        """Return what is trained in an epoch of a seed; where each array begins rank 0 says."""
        if seed != self.run.plan.seed:
            self.run = run_for_seed(self._request, self.run.dataset, seed)
            self._scaled = self.run.training_examples()
        plan, state = self.run.plan, self.run.state
        spec = plan.spec(self._scaled, epoch, plan.learning_rates(len(self._scaled)))
        return state.network, plan.loss, state.optimizer, spec
