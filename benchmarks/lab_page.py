"""The lab's page in headless Chromium: first paint, answers while drawing, training in the tab, gaps between frames.

Needs Chromium and playwright: python benchmarks/lab_page.py
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import sync_playwright

from machine import machine, parser_for, save_record

ROUNDS = 5
N_MOVES = 200
TIMEOUT = 120  # seconds

TINY = """async () => {
    const { loadCore } = await import("./core/core.js");
    const core = await loadCore(await (await fetch("core/core.wasm")).arrayBuffer());
    const shapes = [[2, 16], [16, 8], [8, 2]], n = 200000;
    const layers = shapes.map(([n_in, n_out], l) => ({ n_in, n_out, activation: l < 2 ? "relu" : "identity",
        W: new Float32Array(n_in * n_out), b: new Float32Array(n_out) }));
    const network = { layers, loss: "softmax_cross_entropy" };
    core.initialize(network, {});
    const { points, classes } = core.toy("moons", { n: 1000, noise: 0.1 });
    const data = { inputs: points, scale: 1, shift: 0, labels: classes, batchSize: 1,
        order: Array.from({ length: n }, (_, i) => i % 1000), learningRates: new Float64Array(n).fill(0.01) };
    core.epoch(network, { kind: "sgd" }, data);
    const started = performance.now();
    core.epoch(network, { kind: "sgd" }, data);
    return n / (performance.now() - started) * 1000;
}"""

DRAWING = """async () => {
    const { WorkerClient } = await import("./app/worker-client.js");
    const client = new WorkerClient(), ink = new Float32Array(112 * 112), times = [];
    for (let r = 20; r < 90; r++) for (let c = 50; c < 58; c++) ink[r * 112 + c] = 255;
    await client.request("models");
    for (let i = 0; i < 60; i++) {
        const started = performance.now();
        const { stored } = await client.request("preprocess", { ink, height: 112, width: 112 });
        await client.request("forward", { model: "pretrained", stored });
        times.push(performance.now() - started);
    }
    return times.slice(10);
}"""

# One stroke, a move at a time: from the pointer's move until the bars of the answer are other ones (answered), and
# until the frame that has them is painted. A move that changes no bar is left out.
MOVES = """async n => {
    const pad = document.querySelector(".pad"), card = document.querySelector(".answer");
    const box = pad.getBoundingClientRect();
    pad.hasPointerCapture = () => true;
    pad.setPointerCapture = () => {};
    const send = (kind, i) => pad.dispatchEvent(new PointerEvent(kind, { pointerId: 1, buttons: 1,
        clientX: box.left + box.width * (0.5 + 0.25 * Math.sin(i / 9)),
        clientY: box.top + box.height * (0.15 + 0.7 * i / n) }));
    const changed = before => new Promise(resolve => {
        const observer = new MutationObserver(() => card.textContent !== before && end(performance.now()));
        const timer = setTimeout(() => end(null), 500);
        const end = time => { observer.disconnect(); clearTimeout(timer); resolve(time); };
        observer.observe(card, { childList: true, subtree: true, characterData: true });
    });
    const painted = () =>
        new Promise(resolve => requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now());
        port2.postMessage(0);
    }));
    const found = { answered: [], painted: [] };
    document.querySelector("[data-key=clear]").click();
    send("pointerdown", 0);
    for (let i = 1; i <= n; i++) {
        const before = card.textContent, started = performance.now();
        const answer = changed(before);
        send("pointermove", i);
        const time = await answer;
        if (time === null) continue;
        found.answered.push(time - started);
        found.painted.push(await painted() - started);
    }
    send("pointerup", n);
    return found;
}"""

GAPS = """ms => new Promise(resolve => {
    const gaps = [], begin = performance.now();
    let last = begin;
    const tick = now => {
        gaps.push(now - last);
        last = now;
        if (now - begin < ms) requestAnimationFrame(tick); else resolve(gaps.slice(1));
    };
    requestAnimationFrame(tick);
})"""


def first_paint(browser: Any, address: str) -> float:
    """Return milliseconds to the first contentful paint of a fresh visitor."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    found = page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0].startTime")
    context.close()
    return float(found)


def until(page: Any, question: str) -> None:
    """Wait until a JavaScript function answers yes; asked from outside, for the page's policy allows no eval."""
    end = time.monotonic() + TIMEOUT
    while not page.evaluate(question):
        if time.monotonic() > end:
            raise TimeoutError(question)
        page.wait_for_timeout(50)


def drawing(page: Any) -> dict[str, dict[str, float]]:
    """Draw one long stroke in Draw; return how long an answer takes after a move, in milliseconds."""
    found = page.evaluate(MOVES, N_MOVES)
    return {
        f"pointer_move_to_{name}_ms": spread(found[end]) for name, end in (("answer", "answered"), ("paint", "painted"))
    }


def spread(times: list[float]) -> dict[str, float]:
    """Return median and 95th percentile, and of how many."""
    return {"median": statistics.median(times), "p95": statistics.quantiles(times, n=20)[-1], "n": len(times)}


def training(page: Any) -> dict[str, float]:
    """Train 784-128-10 on MNIST in the tab for some epochs; return its figures."""
    page.click("nav a:has-text('Train')")
    page.fill("[data-setting=epochs]", "4")
    page.keyboard.press("Enter")
    page.click("button.main")
    until(page, "() => Number(document.querySelector('.figures dd')?.innerText.split(' ')[0]) >= 1")
    gaps = page.evaluate(GAPS, 2000)
    until(page, "() => [...document.querySelectorAll('.readout')].some((each) => each.innerText.includes('Done.'))")
    figures = page.locator(".figures dd").all_inner_texts()
    speed = float(figures[7].replace(",", ""))
    return {
        "seconds_an_epoch_of_60000": 60_000 / speed,
        "validation_accuracy_after_4": float(figures[3].rstrip(" %")) / 100,
        "longest_gap_between_frames_ms": max(gaps),
    }


@contextmanager
def served_lab() -> Iterator[str]:
    """Yield the address of `byhand lab` with MNIST."""
    command = [sys.executable, "-m", "byhand", "lab", "--port", "0", "--no-open", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield json.loads(server.stdout.readline() if server.stdout else "{}")["url"]
        finally:
            server.terminate()


def measured(browser: Any, address: str) -> dict[str, Any]:
    paints = [first_paint(browser, address) for _ in range(ROUNDS)]
    page = browser.new_page()
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    answers = page.evaluate(DRAWING)
    until(page, "() => document.documentElement.dataset.pending === '0'")
    moves = drawing(page)
    tiny = [page.evaluate(TINY) for _ in range(ROUNDS)]
    return {
        "chromium": browser.version,
        "first_paint_ms": paints,
        "answer_while_drawing_ms": {"median": statistics.median(answers), "max": max(answers)},
        **moves,
        "examples_a_second_2_16_8_2": {"median": statistics.median(tiny), "all": tiny},
        **training(page),
    }


def main() -> None:
    arguments = parser_for(__doc__).parse_args()
    chromium = os.environ.get("BYHAND_CHROMIUM") or shutil.which("chromium")
    with served_lab() as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        figures = measured(browser, address)
        browser.close()
    print(json.dumps(figures, indent=2))
    save_record("lab-page", {**machine(), **figures}, wanted=arguments.record)


if __name__ == "__main__":
    main()
