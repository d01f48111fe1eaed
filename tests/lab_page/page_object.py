"""The page as a person uses it: drawing, waiting, reading what it says."""

import base64
import json
from pathlib import Path
from typing import Any

from waiting import HANG, wait_until

STATIC = Path(__file__).resolve().parents[2] / "src" / "byhand" / "lab" / "static"
STROKES = sorted((Path(__file__).parent / "strokes").glob("*.json"))
READY = "html[data-ready]"
LONG_TRAINING = "view=train&hidden=256-256&epochs=1000&learningRate=0.001"  # half a minute: no click is too late


def drawings() -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in STROKES]


class Lab:
    """One page, driven as a person would."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: message.type == "error" and self.faults.append(message.text))

    def open(self, address: str) -> "Lab":
        self.page.goto("about:blank")  # so that a new fragment alone loads the page anew
        self.page.goto(address)
        self.page.wait_for_selector(READY, timeout=1000 * HANG)
        return self

    def view(self, name: str) -> None:
        if self.page.locator("dialog:modal").count():  # it covers the header
            self.page.keyboard.press("Escape")
        link = f"nav a:text-is('{name}')"
        if not self.page.is_visible(link):
            self.page.click("nav summary")
        self.page.click(link)

    def set_theme(self, name: str) -> None:
        """Choose "light", "dark" or "auto" in the menu of settings."""
        self.page.click("summary[aria-label=Settings]")
        self.page.get_by_label("Theme").select_option(name)
        self.page.keyboard.press("Escape")

    def draw(self, drawing: dict[str, Any]) -> None:
        """Draw with the mouse, as a person would, on a clean sheet."""
        self.page.click("button:has-text('Clear')")
        self.page.select_option("[aria-label=Pen]", drawing["pen"])
        box, mouse = self.page.locator(".pad").bounding_box(), self.page.mouse
        for stroke in drawing["strokes"]:
            places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
            mouse.move(*places[0])
            mouse.down()
            for place in places[1:]:
                mouse.move(*place)
            mouse.up()

    def draw_at_once(self, drawing: dict[str, Any]) -> None:
        """Draw by events in one go: for many drawings."""
        self.page.click("button:has-text('Clear')")
        self.page.select_option("[aria-label=Pen]", drawing["pen"])
        self.draw_more(drawing["strokes"])

    def draw_more(self, strokes: list[Any]) -> None:
        """Draw more strokes by events, on what is there."""
        self.page.evaluate(
            """strokes => {
                const pad = document.querySelector(".pad"), box = pad.getBoundingClientRect();
                pad.hasPointerCapture = () => true;
                pad.setPointerCapture = () => {};
                const place = ([x, y]) => ({ clientX: box.left + x * box.width, clientY: box.top + y * box.height });
                for (const points of strokes) points.forEach((point, i) => pad.dispatchEvent(new PointerEvent(
                    i ? "pointermove" : "pointerdown", { pointerId: 1, buttons: 1, ...place(point) })));
            }""",
            strokes,
        )

    def until(self, question: str, argument: Any = None) -> None:
        """Wait until a JavaScript function answers yes; asked from outside, for the page's policy allows no eval."""
        wait_until(lambda: self.page.evaluate(question, argument))

    def address(self) -> str:
        """Return the address once it has what the page shows."""
        self.until(
            "() => document.documentElement.dataset.pending === '0' && !document.documentElement.dataset.address"
        )
        return str(self.page.evaluate("() => location.href"))  # page.url may be that of a moment ago

    def quiet(self) -> None:
        """Wait until no question is open."""
        self.until("() => document.documentElement.dataset.pending === '0'")

    def answered(self) -> None:
        """Wait until no question is open and there is an answer."""
        self.until(
            "() => document.documentElement.dataset.pending === '0' && Boolean(document.querySelector('.verdict'))"
        )

    def settled(self) -> None:
        """Wait until answer, shares and sureness are those of the picture."""
        self.answered()
        self.until("() => Boolean(document.querySelector('.sum .total')) && !document.querySelector('.stale')")

    def says(self, selector: str, text: str) -> None:
        """Wait until this can be read there, tooltips not counted."""
        read = (
            "([where, text]) => [...document.querySelectorAll(where)]"
            ".some(one => one.innerText.replace(/\\s+/g, ' ').includes(text))"
        )
        self.until(read, [selector, text])

    def at_epoch(self, epoch: int) -> None:
        """Wait until Plane shows a network of that epoch, the first of its figures."""
        self.until("said => document.querySelector('.figures dd')?.innerText === said", f"{epoch:,}")

    def verdict(self) -> str:
        return str(self.page.inner_text(".verdict"))

    def open_model(self, content: bytes) -> None:
        """Drop a model on the page and wait until it is the one shown."""
        self.drop("mine.safetensors", content)
        self.until(
            "() => /^Uploaded/.test(document.querySelector('[aria-label=Network]').selectedOptions[0].innerText)"
        )

    def drop(self, name: str, content: bytes) -> None:
        """Drop a file on the page."""
        self.page.evaluate(
            """([name, text]) => {
                const files = new DataTransfer();
                files.items.add(new File([Uint8Array.from(atob(text), sign => sign.charCodeAt(0))], name));
                dispatchEvent(new DragEvent("drop", { dataTransfer: files, cancelable: true }));
            }""",
            [name, base64.b64encode(content).decode()],
        )
