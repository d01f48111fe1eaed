"""Where a training is logged besides its own history: TensorBoard, MLflow, W&B, Trackio, or a logger of one's own.

    tensorboard:DIR     scalars in an event file; nothing needs to be installed to write it
    mlflow:EXPERIMENT   wandb:PROJECT   trackio:PROJECT     by these packages, where they are installed

Others register a class with the entry point group `byhand.loggers`; it is called with the text behind the colon.
"""

from byhand.loggers.base import Logger, SafeLogger
from byhand.loggers.registry import open_logger
from byhand.loggers.tensorboard import TensorBoardLogger

__all__ = ["Logger", "SafeLogger", "TensorBoardLogger", "open_logger"]
