"""The exported page opens from disk with the network cut off, reads drawn digits, and is small."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from page_object import STATIC, drawings

import byhand as bh
from byhand.errors import OptionError
from byhand.exports.to_html import module_text, modules, to_html
from byhand.network import Network
from byhand.persistence.model import save_model

MODEL = STATIC / "models" / "draw.safetensors"
VIEWS = ["draw", "network", "train", "plane", "microscope", "mistakes", "experiments", "lessons"]


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 375])
def test_it_reads_digits_from_disk_without_a_network(width: int, open_lab: Any, tmp_path: Path) -> None:
    page = tmp_path / "digit.html"
    page.write_bytes(to_html(bh.load_model(MODEL)))
    lab = open_lab(page.as_uri(), viewport={"width": width, "height": 800}, offline=True)
    assert lab.page.locator("nav a").all_inner_texts() == ["Draw", "Network"]
    for drawing in drawings()[::5]:
        lab.page.locator(".pad").scroll_into_view_if_needed()
        lab.draw_at_once(drawing)
        lab.settled()
        assert lab.verdict()[0] == str(drawing["digit"])
    lab.view("Network")
    lab.page.click("button:text-is('From the start')")
    lab.says(".caption", "784 numbers")


def test_it_is_small_and_asks_nobody() -> None:
    content = to_html(bh.load_model(MODEL)).decode()
    assert len(content.encode()) < 1_000_000 + MODEL.stat().st_size  # a megabyte beside the weights
    assert "http://" not in content.replace("http://www.w3.org/2000/svg", "")


def test_a_model_that_reads_no_drawings_is_refused() -> None:
    from byhand.persistence.model import Model

    model = bh.load_model(MODEL)
    small = Model(Network.mlp([64, 10]), model.preparation, model.output)
    with pytest.raises(OptionError, match="28×28"):
        to_html(small)


def test_a_model_that_clips_its_inputs_is_refused() -> None:
    model = bh.load_model(MODEL)
    clipping = replace(model, preparation=replace(model.preparation, clip=3.0))
    with pytest.raises(OptionError, match="clips its inputs"):
        to_html(clipping)


@pytest.mark.parametrize("options", [{"embedded_columns": [0]}, {"activation": "parametric_relu"}, {"n_heads": 2}])
def test_a_model_with_a_layer_that_no_page_shows_is_refused(options: Any) -> None:
    model = bh.load_model(MODEL)
    other = replace(model, network=Network.mlp([784, 4, 10 // options.get("n_heads", 1)], **options))
    with pytest.raises(OptionError, match=r"^a page does not show \w+ layers; expected dense layers"):
        to_html(other)


def taken(lab: Any, what: str) -> bytes:
    """Take the network at hand away."""
    lab.page.click("summary:has-text('Share')")
    with lab.page.expect_download() as download:
        lab.page.click(f"[data-share={what}]")
        if what == "page":
            lab.page.click("[data-share=save-page]")
    if what == "page":
        lab.page.keyboard.press("Escape")
    return bytes(Path(download.value.path()).read_bytes())


@pytest.mark.browser
def test_what_the_page_gives_away_is_what_export_writes(site: str, open_lab: Any, tmp_path: Path) -> None:
    model = bh.load_model(MODEL)
    save_model(model, tmp_path)
    lab = open_lab(site)
    lab.open_model((tmp_path / "model.safetensors").read_bytes())
    is_desk_s = taken(lab, "page") == to_html(model)
    assert is_desk_s
    assert taken(lab, "model") == (tmp_path / "model.safetensors").read_bytes()


def trained_model(lab: Any, folder: Path) -> bh.Model:
    """Train in the page; return the network as the page saves it, which is as byhand saves it, to the byte."""
    lab.page.click("button.main")
    lab.says(".readout", "Done.")
    lab.page.select_option("[aria-label=Network]", "trained")
    file = folder / "mine.safetensors"
    file.write_bytes(taken(lab, "model"))
    model = bh.load_model(file)
    save_model(model, folder)
    assert (folder / "model.safetensors").read_bytes() == file.read_bytes()
    return model


@pytest.mark.browser
def test_a_network_trained_in_the_page_with_everything_between_its_layers_is_one_too(
    site: str, open_lab: Any, tmp_path: Path
) -> None:
    settings = "hidden=9-9&batchNorm=yes&residual=yes&dropout=0.2&schedule=cosine&preparation=standard&epochs=2"
    lab = open_lab(f"{site}#view=train&{settings}")
    model = trained_model(lab, tmp_path)
    assert [layer.kind for layer in model.network.layers[:5]] == ["dense", "batch_norm", "relu", "dropout", "residual"]
    everything = bh.data.digits().train
    right = (model.predict(everything.raw[::5]) == everything.y[::5]).mean()
    lab.says(".figures", f"{100 * right:.2f} %")
    lab.view("Microscope")
    for view in ("Draw", "Network", "Mistakes"):
        lab.view(view)
        lab.quiet()
        assert lab.page.is_hidden("#problem"), view


@pytest.mark.browser
def test_a_network_trained_in_the_page_is_a_model_of_byhand_s(site: str, open_lab: Any, tmp_path: Path) -> None:
    settings = "hidden=9-7&activation=leaky_relu&loss=squared_error&epochs=2&learningRate=0.00005"
    lab = open_lab(f"{site}#view=train&{settings}")
    model = trained_model(lab, tmp_path)
    assert (model.network.widths[-1], model.output) == (10, "scores")
    assert model.provenance["recipe"]["hidden"] == [9, 7]
    lab.page.click("summary:has-text('Share')")
    lab.page.click("[data-share=page]")
    lab.says("#problem", "A page reads drawings, and this network does not look at pictures of 28 × 28 pixels")


def test_the_page_s_files_can_stand_in_a_page() -> None:
    for name in modules(VIEWS):
        text = module_text(name, VIEWS)
        assert "</script" not in text, name
        assert "<!--" not in text, name


def test_the_page_knows_byhand_s_version() -> None:
    assert f'VERSION = "{bh.__version__}"' in (STATIC / "worker" / "model-writer.js").read_text(encoding="utf-8")


@pytest.mark.browser
@pytest.mark.full
def test_a_network_trained_in_the_page_on_mnist_reads_drawings_elsewhere(
    lab: str, open_lab: Any, tmp_path: Path
) -> None:
    here = open_lab(f"{lab}&view=train&hidden=32&epochs=1&data=mnist")
    here.page.click("button.main")
    here.says(".readout", "Done.")
    here.page.select_option("[aria-label=Network]", "trained")
    here.view("Draw")
    (tmp_path / "mine.safetensors").write_bytes(taken(here, "model"))
    page = tmp_path / "digit.html"
    page.write_bytes(taken(here, "page"))
    is_desk_s = page.read_bytes() == to_html(bh.load_model(tmp_path / "mine.safetensors"))
    assert is_desk_s  # not the bytes: pytest would compare a megabyte letter by letter, for an hour
    elsewhere = open_lab(page.as_uri(), offline=True)
    elsewhere.draw(drawings()[5])
    elsewhere.settled()
    here.page.close()
