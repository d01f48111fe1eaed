"""The matrix product in the precision that was asked for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import torch

from byhand.engines.torch_engine.requirements import BF16, TF32

Tensor: TypeAlias = Any  # torch.Tensor


def product_for(precision: str) -> Callable[..., Tensor]:
    """Return (a, b, out=None) → a @ b, of float32 or float64 tensors."""
    return bf16_product if precision == BF16 else torch.matmul


def bf16_product(a: Tensor, b: Tensor, out: Tensor | None = None) -> Tensor:
    """Return a @ b with factors rounded to bf16 and sums in float32, as in the C core.

    PyTorch's own product of bf16 matrices rounds its sums to bf16 too; only on NVIDIA's GPUs can it be told not to.
    Elsewhere rounded factors are multiplied in float32: the same numbers, and no faster.
    """
    a, b = a.to(torch.bfloat16), b.to(torch.bfloat16)
    if not a.is_cuda:
        return torch.matmul(a.float(), b.float(), out=out)
    multiply = torch.mm if a.dim() == 2 else torch.bmm
    result = multiply(a, b, out_dtype=torch.float32)
    return result if out is None else out.copy_(result)


@contextmanager
def matrix_precision(precision: str) -> Iterator[None]:
    """Within this, products of float32 on NVIDIA's GPUs use TF32 if, and only if, it was asked for."""
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = precision == TF32
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before
