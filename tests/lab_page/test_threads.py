"""Training on several threads where a page may share memory, on one elsewhere: the same bits, and the page says it."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from page_object import STATIC

import byhand as bh
from byhand.exports.to_html import to_html
from waiting import HANG

pytestmark = pytest.mark.browser
WIDE = "view=train&data=digits&hidden=1000&epochs=2"
PROCESSORS = "() => navigator.hardwareConcurrency"

# Two epochs in a worker of its own: the threads before each, and the model's file.
TRAIN = """async () => {
    const { WorkerClient } = await import("./app/worker-client.js");
    const { trainSettings } = await import("./shared/training-settings.js");
    const { initialState } = await import("./shared/settings.js");
    const client = new WorkerClient();
    await client.request("openData", { name: "digits" });
    const settings = trainSettings({ ...initialState(), hidden: [400, 300], epochs: 2, dropout: 0.1, batchNorm: true });
    const frames = [await client.request("begin", { settings })];
    for (let epoch = 0; epoch < 2; epoch++) frames.push(await client.request("step", { steps: 0 }));
    const file = await client.request("modelFile", { model: "trained" });
    return { threads: frames.map(({ threads }) => threads), step: frames.at(-1).step, file: Array.from(file) };
}"""


def opened(open_lab: Any, address: str) -> Any:
    """Return the page of Train as it opens; skip where there is one processor."""
    lab = open_lab(address)
    if lab.page.evaluate(PROCESSORS) < 2:
        pytest.skip("needs two processors")
    return lab


def bar_says(page: Any, sentence: str) -> None:
    """Wait until it is said in the bar, with nothing opened."""
    page.page.locator(".bar .threads", has_text=sentence).wait_for(timeout=1000 * HANG)


def test_an_isolated_page_trains_on_several_threads_and_says_so(lab: str, open_lab: Any) -> None:
    page = opened(open_lab, f"{lab}&{WIDE}")
    n = min(4, page.page.evaluate(PROCESSORS))
    bar_says(page, f"{n} threads train.")
    page.page.click("button.main")
    page.says(".readout", "Done.")
    bar_says(page, f"{n} threads train.")


def test_a_small_step_is_not_shared(lab: str, open_lab: Any) -> None:
    page = opened(open_lab, f"{lab}&{WIDE}")
    bar_says(page, "threads")
    page.page.fill("[data-setting=hidden]", "8")
    page.page.keyboard.press("Enter")
    bar_says(page, "One thread trains: steps are too small to share.")


def test_threads_change_no_bit(lab: str, site: str, open_lab: Any) -> None:
    isolated, other = opened(open_lab, f"{lab}&{WIDE}").page, opened(open_lab, f"{site}#{WIDE}").page
    together, alone = isolated.evaluate(TRAIN), other.evaluate(TRAIN)
    assert together["threads"] == [min(4, isolated.evaluate(PROCESSORS))] * 3
    assert alone["threads"] == [1, 1, 1]
    assert together["step"] > 40
    assert together["file"] == alone["file"]


def test_a_host_that_does_not_isolate_and_a_file_have_one_thread(site: str, open_lab: Any, tmp_path: Path) -> None:
    exported = tmp_path / "page.html"
    exported.write_bytes(to_html(bh.load_model(STATIC / "models" / "draw.safetensors"), ["train"]))
    for address in (site, exported.as_uri()):
        page = opened(open_lab, f"{address}#{WIDE}")
        bar_says(page, "One thread trains: this page is not cross-origin isolated")
        page.page.click("button.main")
        page.says(".readout", "Done.")


@contextmanager
def isolating_site(missing: str) -> Iterator[str]:
    """Yield the address of a host that isolates the page and lacks one of its files."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
            super().end_headers()

        def do_GET(self) -> None:
            if self.path.endswith(f"/{missing}"):
                self.send_error(404)
            else:
                super().do_GET()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(STATIC))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.mark.parametrize("missing", ["core-threads.wasm", "thread.js"])
def test_where_threads_cannot_be_started_one_trains(missing: str, open_lab: Any) -> None:
    with isolating_site(missing) as address:
        page = opened(open_lab, f"{address}#{WIDE}")
        bar_says(page, "One thread trains: the browser gives this page no more.")
        page.page.click("button.main")
        page.says(".readout", "Done.")
    page.faults[:] = [fault for fault in page.faults if "404" not in fault]
