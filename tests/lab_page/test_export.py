"""The exported page opens from disk with the network cut off, reads drawn digits, and is small."""

from pathlib import Path
from typing import Any

import pytest
from driving import STATIC, drawings

import byhand as bh
from byhand.errors import OptionError
from byhand.exports.as_page import as_page
from byhand.network import Network

MODEL = STATIC / "models" / "draw.safetensors"


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 375])
def test_it_reads_digits_from_disk_without_a_network(width: int, open_lab: Any, tmp_path: Path) -> None:
    page = tmp_path / "digit.html"
    page.write_bytes(as_page(bh.load_model(MODEL), tmp_path))
    lab = open_lab(page.as_uri(), viewport={"width": width, "height": 800}, offline=True)
    assert lab.page.locator("nav a").all_inner_texts() == ["Draw", "Network"]
    for drawing in drawings()[::5]:
        lab.page.locator(".pad").scroll_into_view_if_needed()
        lab.draw_at_once(drawing)
        lab.settled()
        assert lab.verdict()[0] == str(drawing["digit"])
    lab.view("Network")
    lab.says(".caption", "784 numbers")


def test_it_is_under_a_megabyte_and_asks_nobody(tmp_path: Path) -> None:
    content = as_page(bh.load_model(MODEL), tmp_path).decode()
    assert len(content.encode()) < 1_000_000
    assert "http://" not in content.replace("http://www.w3.org/2000/svg", "")
    assert "import {" not in content


def test_a_model_that_reads_no_drawings_is_refused(tmp_path: Path) -> None:
    from byhand.persistence.model import Model

    model = bh.load_model(MODEL)
    small = Model(Network.mlp([64, 10]), model.preparation, model.output)
    with pytest.raises(OptionError, match="28×28"):
        as_page(small, tmp_path)
