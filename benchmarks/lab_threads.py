"""Training in the tab on one thread and on all that the page starts, in turns, in headless Chromium.

Needs MNIST, Chromium and playwright: python benchmarks/lab_threads.py
One page is as `byhand lab` serves it; the other came without the headers that isolate it, and has one thread. They take
turns after a few steps each, about as many as the page takes between two frames. Beside other work the fastest of these
pieces says more than their median: a piece on two threads is slow as soon as one of the two processors is taken.
"""

import json
import os
import shutil
import statistics
from itertools import pairwise
from typing import Any

from playwright.sync_api import sync_playwright

from lab_page import served_lab
from machine import machine, parser_for, save_record

ROUNDS = 6  # trainings of each network
PIECES = 40  # of each training
NETWORKS = {"784-128-10": ([128], 32), "784-800-10": ([800], 6)}  # hidden widths, steps in a piece
DIGITS = 60_000
ISOLATION = ("cross-origin-opener-policy", "cross-origin-embedder-policy")

BEGIN = """async hidden => {
    const { WorkerClient } = await import("./app/worker-client.js");
    const { trainSettings } = await import("./shared/training-settings.js");
    const { initialState } = await import("./shared/settings.js");
    globalThis.client ??= new WorkerClient();
    await client.request("openData", { name: "mnist" });
    const settings = trainSettings({ ...initialState(), hidden });
    return [settings.batchSize, (await client.request("begin", { settings })).threads];
}"""

# So many steps; the seconds that the core took since the training began.
LEARN = """async ([steps, batchSize]) => {
    const { step, examples_per_second } = await client.request("step", { steps });
    return step * batchSize / examples_per_second;
}"""


def without_isolation(route: Any) -> None:
    """Answer a request for the page without the headers that let it share memory."""
    answer = route.fetch()
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in ISOLATION}
    route.fulfill(response=answer, headers=headers)


def opened(browser: Any, address: str, *, isolated: bool) -> Any:
    page = browser.new_context().new_page()
    if not isolated:
        page.route(lambda url: url.split("#")[0].endswith("/"), without_isolation)
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    return page


def train_in_turns(pages: list[Any], hidden: list[int], steps: int) -> dict[int, list[float]]:
    """Train once in each page; return the seconds of each piece, as those of an epoch, by the number of threads."""
    begun = [page.evaluate(BEGIN, hidden) for page in pages]
    totals = [[page.evaluate(LEARN, [steps, batch])] for page, (batch, _) in zip(pages, begun, strict=True)]
    for _ in range(PIECES):
        for page, (batch, _), sums in zip(pages, begun, totals, strict=True):
            sums.append(page.evaluate(LEARN, [steps, batch]))
    return {
        threads: [(b - a) * DIGITS / (steps * batch) for a, b in pairwise(sums)]
        for (batch, threads), sums in zip(begun, totals, strict=True)
    }


def measured(browser: Any, address: str) -> dict[str, Any]:
    """Return the seconds of an epoch by network and number of threads."""
    pages = [opened(browser, address, isolated=isolated) for isolated in (False, True)]
    found: dict[str, Any] = {}
    for name, (hidden, steps) in NETWORKS.items():
        pieces: dict[int, list[float]] = {}
        for _ in range(ROUNDS):
            for threads, seconds in train_in_turns(pages, hidden, steps).items():
                pieces.setdefault(threads, []).extend(seconds)
        found[name] = {
            threads: {"median": statistics.median(seconds), "fastest": min(seconds)}
            for threads, seconds in pieces.items()
        }
    return {"chromium": browser.version, "seconds_an_epoch_by_threads": found}


def main() -> None:
    arguments = parser_for(__doc__).parse_args()
    chromium = os.environ.get("BYHAND_CHROMIUM") or shutil.which("chromium")
    with served_lab() as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        figures = measured(browser, address)
        browser.close()
    print(json.dumps(figures, indent=2))
    save_record("lab-threads", {**machine(), **figures}, wanted=arguments.record)


if __name__ == "__main__":
    main()
