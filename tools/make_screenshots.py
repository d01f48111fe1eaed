"""Photograph the lab for docs/lab.md and the README: python tools/make_screenshots.py [FOLDER]

Needs Chromium, playwright and MNIST at hand (BYHAND_DATA). Draws a 4 that could be a 9, steps through the network,
trains on MNIST, looks at the mistakes, runs an experiment; light, and the first view again as a dark phone has it.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
STROKES = [[(0.33, 0.2), (0.27, 0.42), (0.36, 0.5), (0.55, 0.48), (0.62, 0.4)], [(0.6, 0.17), (0.63, 0.5), (0.6, 0.85)]]


@contextmanager
def served_lab() -> Iterator[str]:
    command = [sys.executable, "-m", "byhand", "lab", "--port", "0", "--no-open", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield json.loads(server.stdout.readline() if server.stdout else "{}")["url"]
        finally:
            server.terminate()


def opened(browser: Any, address: str, **options: Any) -> Any:
    page = browser.new_context(**options).new_page()
    page.add_init_script("localStorage.setItem('byhand-welcomed', 'yes')")  # the lessons' line is for who is new
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    return page


def draw(page: Any) -> None:
    page.click("[data-key=clear]")  # the digit that the page opens with
    box = page.locator(".pad").bounding_box()
    for stroke in STROKES:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=8)
        page.mouse.up()
    page.wait_for_timeout(900)


def tour(page: Any, folder: Path) -> None:
    """Walk through the views on the desk and photograph each."""
    draw(page)
    page.select_option("[aria-label='rather than']", "9")
    page.wait_for_timeout(600)
    page.screenshot(path=folder / "lab-draw.png", full_page=True)
    page.click("nav summary")
    page.click("nav a:has-text('Network')")
    page.wait_for_timeout(800)
    page.click("button:has-text('Forward propagation')")
    page.wait_for_timeout(5000)
    page.locator(".unit").nth(2).click(force=True)
    page.wait_for_timeout(1200)
    page.screenshot(path=folder / "lab-network.png", full_page=True)
    page.click("nav a:has-text('Train')")
    page.fill("[data-setting=epochs]", "6")
    page.keyboard.press("Enter")
    page.click("button.main")
    while "Done." not in page.inner_text(".readout[aria-live]"):
        page.wait_for_timeout(200)
    page.screenshot(path=folder / "lab-train.png", full_page=True)
    page.click("nav a:has-text('Plane')")
    page.wait_for_selector(".sets canvas")
    page.click(".sets [aria-label='two clouds (Gaussians)']")
    page.wait_for_timeout(500)
    for _ in range(3):
        page.click("button:has-text('100 epochs')")
        page.wait_for_timeout(1500)
    page.screenshot(path=folder / "lab-plane.png", full_page=True)
    look_closer(page, folder)
    experiment(page, folder)


def look_closer(page: Any, folder: Path) -> None:
    """Photograph the microscope, then the mistakes of the network that was trained."""
    page.click("nav summary")
    page.click("nav a:has-text('Microscope')")
    page.select_option("label:has-text('It is a') select", "4")
    page.wait_for_selector("[data-form=sum]")
    page.click(".chip[data-name=W1]")
    page.locator(".overview .picture").click(position={"x": 70, "y": 120})
    page.wait_for_selector(".chain")
    page.screenshot(path=folder / "lab-microscope.png", full_page=True)
    page.select_option("[aria-label=Network]", "trained")
    page.click("nav summary")
    page.click("nav a:has-text('Mistakes')")
    page.wait_for_selector(".confusion")
    page.screenshot(path=folder / "lab-mistakes.png")
    page.keyboard.press("Escape")


def experiment(page: Any, folder: Path) -> None:
    """Run an experiment whose dots are worth seeing."""
    page.click("nav a:has-text('Experiments')")
    page.click("li button:has-text('Noise and nonsense')")
    page.click("button.main")
    while page.inner_text("button.main") != "Run again":
        page.wait_for_timeout(200)
    page.click("main summary")
    page.screenshot(path=folder / "lab-experiments.png", full_page=True)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("BYHAND_CHROMIUM") or shutil.which("chromium")
    with served_lab() as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tour(opened(browser, address, viewport={"width": 1200, "height": 800}, color_scheme="light"), folder)
        phone = {"viewport": {"width": 375, "height": 760}, "color_scheme": "dark", "device_scale_factor": 2}
        page = opened(browser, address, **phone)
        draw(page)
        page.screenshot(path=folder / "lab-phone.png")
        browser.close()


if __name__ == "__main__":
    main()
