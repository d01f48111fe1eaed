"""What the engine torch does not train is refused in a sentence with the engines that do."""

import pytest

import byhand as bh
from byhand.engines import selection
from byhand.errors import OptionError
from byhand.layers import Heads, InputCopies, Layer
from byhand.losses import MeanOfHeads


class DoublyDropped(bh.Dropout):
    """A layer that no engine knows but NumPy's, which runs any."""


def refusal(*hidden: Layer) -> str:
    """Return why the engine torch does not train a network with heads and these layers in front of them."""
    network = bh.Network([InputCopies(3, 4), bh.Dense(4, 8), *hidden, Heads(3, 8, 2)])
    with pytest.raises(OptionError) as caught:
        selection.choose_engine("torch", network, MeanOfHeads(bh.SoftmaxCrossEntropy(), 3), bh.SGD())
    assert caught.value.argument == "engine"
    return str(caught.value)


def test_heads_are_refused_with_every_engine_that_trains_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "why_missing", lambda: None)
    assert refusal(bh.ReLU()) == "the engine torch does not support InputCopies. Use the engine native or numpy."
    assert refusal(DoublyDropped(0.1)).endswith(". Use the engine numpy.")


def test_without_the_core_numpy_alone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "why_missing", lambda: "it was not compiled")
    assert refusal(bh.ReLU()) == "the engine torch does not support InputCopies. Use the engine numpy."
