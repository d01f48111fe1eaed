"""Digits drawn by simulated strokes are read; what is shown of them is Python's, and adds up."""

import base64
import math
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from page_object import STATIC, drawings

import byhand as bh
from byhand.inspection.attribution import attribute
from byhand.inspection.robustness import certified_radius, find_adversarial, robustness_query
from byhand.random import DATA, RandomStream

pytestmark = pytest.mark.browser
PERTURBATIONS = 10  # of each drawing


def number_in(text: str) -> float:
    return float(re.sub(r"[%\s]", "", text.replace("−", "-")))


def numbers_of(row: Any) -> list[float]:
    return [number_in(cell) for cell in row.locator(".number").all_inner_texts()]


def perturbed(drawing: dict[str, Any], seed: int) -> dict[str, Any]:
    """Return a drawing turned, slanted, scaled, moved and shaken a little: what another hand would have made of it."""
    rng = RandomStream(seed, DATA)
    turn, slant, size, right, down = rng.uniform(5) * 2 - 1
    angle, scale = math.radians(8 * turn), 1 + 0.15 * size
    points = np.concatenate([np.array(stroke) for stroke in drawing["strokes"]]) - 0.5
    rotation = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    points = points @ (scale * rotation @ np.array([[1.0, 0.15 * slant], [0.0, 1.0]])).T
    points += [0.05 * right, 0.05 * down] + 0.006 * rng.normal(*points.shape)
    points = np.clip(points + 0.5, 0.02, 0.98)
    cuts = np.cumsum([len(stroke) for stroke in drawing["strokes"]])[:-1]
    return {**drawing, "strokes": [part.tolist() for part in np.split(points, cuts)]}


def unpacked(address: str) -> np.ndarray:
    """Return the picture that is in a page's address."""
    text = parse_qs(urlsplit(address).fragment)["picture"][0]
    codes, out = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), []
    places = iter(codes)
    for code in places:
        out += [code] if code else [0] * next(places)
    return np.array(out, dtype=np.uint8)


def test_twenty_digits_drawn_by_hand_are_read(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    wrong = []
    for drawing in drawings():
        lab.draw(drawing)
        lab.settled()
        if lab.verdict()[0] != str(drawing["digit"]):
            wrong.append((drawing["digit"], drawing["what"], lab.verdict()))
    assert len(drawings()) == 20
    assert len(wrong) <= 1, wrong


def test_of_two_hundred_other_hands_ninety_five_in_a_hundred_are_read(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    right = 0
    for i, drawing in enumerate(drawings()):
        for k in range(PERTURBATIONS):
            lab.draw_at_once(perturbed(drawing, PERTURBATIONS * i + k))
            lab.answered()
            right += lab.verdict()[0] == str(drawing["digit"])
    print(f"read: {right} of {PERTURBATIONS * len(drawings())}")
    assert right >= 0.95 * PERTURBATIONS * len(drawings())


def test_what_is_shown_is_what_python_computes(site: str, open_lab: Any) -> None:
    lab, model = open_lab(site), bh.load_model(STATIC / "models" / "draw.safetensors")
    for drawing in drawings()[::4]:
        lab.draw(drawing)
        lab.settled()
        stored = unpacked(lab.address()).astype(np.float64)
        x = model.preparation.apply(stored[None], np.float64)
        logits = model.network.astype(np.float64).predict(x)[0]
        shown = [number_in(text) for text in lab.page.locator("[data-logit]").all_inner_texts()]
        np.testing.assert_allclose(shown, logits, atol=0.00051)
        second, best = (int(k) for k in np.argsort(logits)[-2:])  # why the answer rather than the runner-up
        reasons = attribute(model.network, stored, model.preparation, best, second)
        above, below, rest, lead = (number_in(text) for text in lab.page.locator(".sum .number").all_inner_texts())
        shares = reasons.attributions
        wanted = [shares[shares > 0].sum(), shares[shares < 0].sum(), reasons.bias_term, logits[best] - logits[second]]
        np.testing.assert_allclose([above, below, rest, lead], wanted, atol=0.00051)
        asked = robustness_query(model.network, stored, model.preparation)
        text, found = lab.page.inner_text(".beside"), find_adversarial(asked)
        assert found is not None
        proved = re.search(r"up to ±([\d.]+)", text)
        assert proved is not None
        assert (
            0 <= certified_radius(asked) - float(proved[1]) < 0.01 * certified_radius(asked)
        )  # three digits, never rounded up
        assert f"this change of up to ±{found.radius} makes it {asked.predicted_class(found.raw)}" in text


def test_everything_shown_adds_up(site: str, open_lab: Any) -> None:
    """The law of the page: a pocket calculator gets the same from what is on the screen."""
    lab = open_lab(site)
    cells = 0
    for drawing in drawings()[::3]:
        lab.draw(drawing)
        lab.settled()
        rows = [numbers_of(row) for row in lab.page.locator(".bars tbody tr").all()]
        powers = [math.exp(logit) for _, logit in rows]
        for (probability, _), power in zip(rows, powers, strict=True):
            assert probability == pytest.approx(100 * power / sum(powers), abs=0.051 + 0.1)
            cells += 1
        above, below, rest, lead = (number_in(text) for text in lab.page.locator(".sum .number").all_inner_texts())
        assert above + below + rest == pytest.approx(lead, abs=0.0021)
        cells += 1
        lab.view("Network")
        lab.page.wait_for_selector(".sum .total")
        for unit in (3, 40, 100):
            lab.page.locator(".unit").nth(unit).click(force=True)
            lab.page.wait_for_selector(f"h3:has-text('{unit} of layer 1')")
            table = lab.page.locator(".card.wide .sum tbody tr").all()
            texts = [row.locator("td").all_inner_texts() for row in table]
            terms = [[number_in(cell) for cell in row] for row in texts]
            for x, weight, product in terms[:6]:
                assert x * weight == pytest.approx(product, abs=0.00005 * (1 + abs(x) + abs(weight)) + 0.0001)
                cells += 1
            others, bias, z, a = (row[0] for row in terms[6:10])
            assert sum(term[2] for term in terms[:6]) + others + bias == pytest.approx(z, abs=0.0005)
            assert a == max(z, 0)
            cells += 2
        lab.view("Draw")
    assert cells >= 100


def test_the_pixels_can_be_edited_by_keyboard_alone(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.page.click("button:text-is('Clear')")
    lab.page.focus(".editable")
    for key in ["ArrowUp"] * 6 + [" ", "ArrowDown"] * 13:
        lab.page.keyboard.press(key)
    lab.settled()
    assert lab.verdict()[0] == "1"
    lab.says(".readout", "pixel value")


def test_another_class_can_be_asked_for_and_the_flip_taken(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.draw(drawings()[8])
    lab.settled()
    before = lab.verdict()[0]
    lab.page.select_option("[aria-label='rather than']", "9")
    lab.page.wait_for_selector("th:has-text('less that of 9')")
    lab.settled()
    above, below, rest = (number_in(text) for text in lab.page.locator(".sum .number").all_inner_texts()[:3])
    logits = [number_in(text) for text in lab.page.locator("[data-logit]").all_inner_texts()]
    assert above + below + rest == pytest.approx(logits[int(before)] - logits[9], abs=0.003)
    lab.page.click("button:has-text('Try it')")
    lab.until(f"() => document.querySelector('.verdict').innerText[0] !== '{before}'")
