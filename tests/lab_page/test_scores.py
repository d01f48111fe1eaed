"""What the page says of classes is what the model says on the desk: probabilities where it has them, else scores."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from page_object import STATIC

from byhand.network import Network
from byhand.persistence.model import Model, save_model
from byhand.persistence.output import Output
from byhand.preprocessing import fit_scaler

pytestmark = pytest.mark.browser
ENDS = [
    ("probabilities", "identity", 10),
    ("yes_no", "identity", 10),
    ("scores", "sigmoid", 10),
    ("scores", "sigmoid", 1),
]


def first_digit() -> Any:
    """Return the page's first test digit: the first of the file."""
    packed = (STATIC / "data" / "digits-images-idx3-ubyte.gz").read_bytes()
    return np.frombuffer(gzip.decompress(packed), np.uint8, offset=16)[:64].reshape(1, 64)


@pytest.mark.parametrize(("output", "end", "n_out"), ENDS)
def test_what_is_said_of_classes_is_the_desk_s(
    output: str, end: str, n_out: int, site: str, open_lab: Any, tmp_path: Path
) -> None:
    raw, names = first_digit(), tuple("0123456789") if n_out == 10 else ("other", "even")
    network = Network.mlp([64, 6, n_out], output=end, seed=3)
    model = Model(network, fit_scaler("unit", raw, low=0, high=16), Output(output), names, (8, 8))
    save_model(model, tmp_path)
    lab = open_lab(site)
    lab.open_model((tmp_path / "model.safetensors").read_bytes())
    lab.page.click("button:has-text('Next test digit')")
    lab.answered()
    texts = lab.page.locator(".bars tbody td.number:not([data-logit])").all_inner_texts()
    is_proba = output == "probabilities"
    shown = [float(text.rstrip(" %")) / (100 if is_proba else 1) for text in texts]
    wanted = model.scores(raw)[0]
    np.testing.assert_allclose(shown, wanted, atol=0.00051)
    assert lab.page.inner_text(".bars thead .term-word") == ("probability" if is_proba else "score")
    said = texts[wanted.argmax()]
    assert lab.verdict() == names[int(model.predict(raw)[0])] + (f" with {said}" if is_proba else f", score {said}")
    assert ("need not sum to 1" in lab.page.inner_text("main")) is not is_proba
    lab.view("Network")
    lab.page.click("button:text-is('From the start')")
    lab.says(".caption", "64 numbers")
    lab.page.locator(".units").last.locator(".unit").first.dispatch_event("click")
    lab.says(".card > div > .hint", "gets" if is_proba else f"score of {names[0 if n_out == 10 else 1]}")
    lab.view("Mistakes")
    if n_out == 10:
        lab.says(".test-verdict", "of 360 right")
        assert ("%" in lab.page.locator(".gallery .thumbnail small").first.inner_text()) is is_proba
