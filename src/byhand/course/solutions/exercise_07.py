"""Exercise 7: training, end to end."""


def minibatches(order: list[int], batch_size: int) -> list[list[int]]:
    """Return the order of the examples cut into batches; the last one may be shorter, and is kept."""
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def epoch_loss(losses: list[float], sizes: list[int]) -> float:
    """Return the mean loss over all examples from the mean losses of the batches and their sizes."""
    return sum(value * n for value, n in zip(losses, sizes, strict=True)) / sum(sizes)


def best_epoch(validation_losses: list[float], patience: int) -> int:
    """Return the epoch (from 1) whose weights early stopping keeps.

    Training ends as soon as `patience` epochs in a row were no better than the best so far; later ones never ran.
    """
    best, best_value, waited = 0, float("inf"), 0
    for epoch, value in enumerate(validation_losses, start=1):
        if value < best_value:
            best, best_value, waited = epoch, value, 0
        else:
            waited += 1
            if waited == patience:
                break
    return best
