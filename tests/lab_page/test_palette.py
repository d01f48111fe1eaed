"""The page's colours and type: one place that names them, ramps that begin at the ground, signs that can be seen."""

import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from page_object import STATIC

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
from make_ramps import GROUNDS, HUES, STOPS, contrast, difference, ramp

TOKENS = (STATIC / "stylesheets" / "tokens.css").read_text(encoding="utf-8")
SHEETS = [path for path in sorted((STATIC / "stylesheets").glob("*.css")) if path.stem not in ("tokens", "projector")]
OWN_SIZES = {"answer", "why"}  # of type: figures that are larger or smaller than the scale
BLOCK = re.compile(r"(:root[^{]*)\{([^{}]*)\}")
RAMPS = [(palette, theme, sign) for palette in HUES for theme in GROUNDS for sign in STOPS[theme]]


def tokens(*selectors: str) -> dict[str, str]:
    """Return the tokens that these blocks of the file name, the later ones before the earlier."""
    blocks = {found[1].strip(): found[2] for found in BLOCK.finditer(TOKENS)}
    return dict(pair for name in selectors for pair in re.findall(r"--([\w-]+): ([^;]+);", blocks[name]))


THEMES = {"light": tokens(":root"), "dark": tokens(":root", ':root[data-theme="dark"]')}


@pytest.mark.parametrize(("palette", "theme", "sign"), RAMPS)
def test_a_ramp_begins_at_the_ground_and_a_quarter_is_seen(palette: str, theme: str, sign: str) -> None:
    colours = ramp(palette, theme, sign)
    ground = colours[0]
    assert ground == GROUNDS[theme] == THEMES[theme]["card"]
    assert difference(colours[2], ground) >= 0.10
    assert contrast(colours[-1], ground) >= 3  # the full colour is that of lines
    steps = [difference(colour, ground) for colour in colours]
    assert steps == sorted(steps)


@pytest.mark.parametrize("palette", HUES)
@pytest.mark.parametrize("theme", GROUNDS)
def test_plus_and_minus_are_told_apart(palette: str, theme: str) -> None:
    plus, minus = ramp(palette, theme, "plus"), ramp(palette, theme, "minus")
    assert difference(plus[2], minus[2]) >= 0.10
    assert difference(plus[-1], minus[-1]) >= 0.18


def test_tokens_and_ramps_name_the_same_colours() -> None:
    for theme, own in THEMES.items():
        assert own["plus"] == ramp("safe", theme, "plus")[-1]
        assert own["minus"] == ramp("safe", theme, "minus")[-1]
    light = tokens(':root[data-colours="classic"]')
    dark = tokens(':root[data-colours="classic"][data-theme="dark"]')
    for theme, own in (("light", light), ("dark", dark)):
        assert own == {sign: ramp("classic", theme, sign)[-1] for sign in ("plus", "minus")}


def test_each_theme_is_stated_once() -> None:
    for path in (STATIC / "stylesheets").glob("*.css"):
        assert "prefers-color-scheme" not in path.read_text(encoding="utf-8"), "app/theme.js asks for it"
    assert TOKENS.count("--paper:") == 2
    assert set(tokens(':root[data-theme="dark"]')) <= set(tokens(":root"))


READ_TOKENS = """() => {
    const style = getComputedStyle(document.documentElement);
    const names = ["--paper", "--ink", "--plus", "--is-dark", "--shadow"];
    return [style.colorScheme, ...names.map((name) => style.getPropertyValue(name).trim())];
}"""


@pytest.mark.browser
def test_a_chosen_theme_is_the_system_s_and_paper_is_light(site: str, open_lab: Any) -> None:
    by_system = {scheme: open_lab(site, color_scheme=scheme) for scheme in THEMES}
    chosen = {scheme: open_lab(f"{site}#theme={scheme}", color_scheme="light") for scheme in THEMES}
    for scheme, own in THEMES.items():
        seen = chosen[scheme].page.evaluate(READ_TOKENS)
        assert seen == by_system[scheme].page.evaluate(READ_TOKENS)
        assert seen[:2] == [scheme, own["paper"]]
    dark = by_system["dark"].page
    dark.emulate_media(media="print")
    assert dark.evaluate(READ_TOKENS)[:2] == ["light", THEMES["light"]["paper"]]
    dark.emulate_media(media="screen", color_scheme="light")  # at sunrise
    by_system["dark"].until("() => document.documentElement.dataset.theme === 'light'")


@pytest.mark.browser
def test_the_theme_is_there_before_the_page_s_program(site: str, browser: Any) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.route("**/app/main.js", lambda route: route.abort())
    for address, theme in (("", "dark"), ("#theme=light", "light"), ("#theme=blue", "dark")):
        page.goto("about:blank")
        page.goto(site + address)
        assert page.locator("html").get_attribute("data-theme") == theme
    context.close()


@pytest.mark.parametrize("theme", THEMES)
def test_text_and_edges_can_be_read(theme: str) -> None:
    own = THEMES[theme]
    for ground in ("paper", "card", "tint"):
        for text in ("ink", "soft", "accent", "bad"):
            assert contrast(own[text], own[ground]) >= 4.5, (text, ground)
        assert contrast(own["edge"], own[ground]) >= 2.7, ground
    for line in ("plus", "minus"):  # active ones; those that are not are not drawn
        assert contrast(own[line], own["card"]) >= 3, line
    assert contrast(own["edge"], own["card"]) >= 3
    assert contrast(own["on-accent"], own["accent"]) >= 4.5


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_only_the_tokens_name_colours_and_sizes_of_type(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\((?!0 0 0 /)[\d.]", text) == []  # shadows are black in both themes
    if path.stem not in OWN_SIZES:
        assert re.findall(r"font-size: (?!var\(--text-\d\)|max\(var\(--text-\d\), |inherit)[^;]+;", text) == []
    used = set(re.findall(r"var\(--([\w-]+)\)", text))
    set_elsewhere = {"shade", "share", "board", "gap", "pad", "rail", "rooms"}  # by a script, or by a room for itself
    assert used - set_elsewhere <= set(THEMES["light"])


MARKS = """async ([rows, cols, width, height, numbers, theme]) => {
    const url = new URL("ui/palette.js", document.baseURI);
    const { lineColour, paintSigned, setColours, signedColour } = await import(url);
    setColours("safe", theme);
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    paintSigned(canvas, Float64Array.from(numbers), [rows, cols]);
    const context = canvas.getContext("2d");
    const signs = { [lineColour(1)]: "plus", [lineColour(-1)]: "minus", [signedColour(0)]: "ground" };
    return Array.from({ length: rows * cols }, (_, i) => {
        const [left, right] = [0, 1].map((one) => Math.round(((i % cols) + one) * width / cols));
        const [top, bottom] = [0, 1].map((one) => Math.round((Math.floor(i / cols) + one) * height / rows));
        const wide = right - left;
        const data = context.getImageData(left, top, wide, bottom - top).data;
        const names = Array.from({ length: data.length / 4 }, (_, k) =>
            signs[`rgb(${data.slice(4 * k, 4 * k + 3).join(" ")})`]);
        const marked = names.flatMap((one, k) => (one === "ground" ? [] : [[k % wide, Math.floor(k / wide)]]));
        const middle = (axis) => {
            const places = marked.map((place) => place[axis]);
            return Math.floor((Math.min(...places) + Math.max(...places)) / 2);
        };
        const inside = marked.length ? names[middle(1) * wide + middle(0)] : "ground";
        return [inside, names.includes("plus"), names.includes("minus"), names.includes(undefined)];
    });
}"""


@pytest.mark.browser
@pytest.mark.parametrize("theme", THEMES)
def test_a_cell_is_hollow_if_and_only_if_it_is_negative(site: str, open_lab: Any, theme: str) -> None:
    lab = open_lab(site)
    random = np.random.default_rng(5)
    for rows, cols in ((1, 1), (4, 2), (2, 4), (1, 9), (10, 1), (13, 7), (28, 28)):
        numbers = random.normal(size=rows * cols) ** 3
        numbers[:: max(2, cols)] = 0
        width, height = (max(60, side * int(random.integers(5, 12))) for side in (cols, rows))
        marks = lab.page.evaluate(MARKS, [rows, cols, width, height, numbers.tolist(), theme])
        wanted = [
            ["plus", True, False, False] if value > 0 else ["ground", False, bool(value), False] for value in numbers
        ]
        assert marks == wanted, (rows, cols, width, height)


@pytest.mark.browser
def test_a_square_s_area_is_the_number(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    areas = lab.page.evaluate(
        """async (numbers) => {
            const { lineColour, paintSigned } = await import(new URL("ui/palette.js", document.baseURI));
            const canvas = Object.assign(document.createElement("canvas"), { width: 400, height: 100 });
            paintSigned(canvas, numbers, [1, 4]);
            return numbers.map((_, i) => {
                const data = canvas.getContext("2d").getImageData(100 * i, 0, 100, 100).data;
                let count = 0;
                for (let at = 0; at < data.length; at += 4)
                    count += `rgb(${data.slice(at, at + 3).join(" ")})` === lineColour(1);
                return count;
            });
        }""",
        [1, 0.5, 0.25, 0.04],
    )
    assert areas[0] == 94**2
    np.testing.assert_allclose(np.array(areas) / areas[0], [1, 0.5, 0.25, 0.04], atol=0.02)


LINES = """async weights => {
    const { paintParameters } = await import(new URL("views/plane/parameters.js", document.baseURI));
    const drawn = [], { prototype } = CanvasRenderingContext2D, { stroke } = prototype;
    prototype.stroke = function () { drawn.push([this.lineWidth, this.getLineDash().length > 0]); };
    const lines = weights.map((_, at) => ({ layer: 0, name: "W", at, curve: [0, 0, 1, 0, 2, 1, 3, 1] }));
    paintParameters(document.createElement("canvas"), lines, [{ W: Float32Array.from(weights) }], {});
    prototype.stroke = stroke;
    return drawn;
}"""


@pytest.mark.browser
def test_a_larger_weight_is_a_thicker_line_a_negative_one_is_dashed_and_zero_is_none(site: str, open_lab: Any) -> None:
    weights = [0, 0.1, -0.4, 1, -2.5, 4]
    widths, dashes = zip(*open_lab(site).page.evaluate(LINES, weights), strict=True)
    assert all(thin < thick for thin, thick in pairwise(widths))
    assert list(dashes) == [weight < 0 for weight in weights[1:]]


UNITS = """async () => {
    const read = name => import(new URL(`ui/stage/${name}.js`, document.baseURI));
    const [{ paintStage }, { placesOf }, { phasesOf }] = await Promise.all(["paint", "places", "phases"].map(read));
    const drawn = [], { prototype } = CanvasRenderingContext2D, { arc } = prototype;
    prototype.arc = function (x, y, radius) { drawn.push(radius); };
    const layers = [[0, 1, 4], [0, 10, 40]].map(a => ({ a })), phases = phasesOf(2);
    const scene = { layers, lines: [[], []], scores: [], names: [], x: [1, 1], inputNames: ["x", "y"] };
    const places = placesOf([3, 3], { width: 500, height: 300 }, { nInputs: 2 });
    const at = phases.findIndex(({ name }) => name === "answer");
    paintStage(document.createElement("canvas"), places, scene, { phases, at, t: 1 });
    prototype.arc = arc;
    return drawn;
}"""


@pytest.mark.browser
def test_a_unit_is_as_large_as_its_share_of_its_layer_s_largest(site: str, open_lab: Any) -> None:
    """Of ReLU's activations 0 is a dot, and each layer has a scale of its own."""
    radii = open_lab(site).page.evaluate(UNITS)
    dot, quarter, largest = radii[:3]
    assert radii[3:6] == radii[:3]
    assert quarter - dot == pytest.approx((largest - dot) / 2)  # the area is the number
    assert dot < 2 < largest
