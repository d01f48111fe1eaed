"""The view Plane as tests drive it: what they read there, and what they press."""

import re
from typing import Any


def figure(lab: Any, name: str) -> float:
    """Return a figure by its whole name."""
    text = lab.page.evaluate(
        """name => [...document.querySelectorAll(".figures div")].find(one => {
            const term = one.querySelector("dt");
            return (term.querySelector(".term-word") ?? term).innerText === name;
        })?.querySelector("dd").innerText""",
        name,
    )
    return float(text.rstrip(" %").replace(",", ""))


def accuracy_of_the_line(lab: Any) -> float:
    """Return what the board of the network without hidden layer says."""
    found = re.search(r"only straight lines, ([\d.]+)\s%", lab.page.locator("figcaption").nth(1).inner_text())
    assert found is not None
    return float(found[1])


def learn(lab: Any, hundreds: int) -> None:
    for i in range(hundreds):
        lab.page.click("button:has-text('100 epochs')")
        lab.at_epoch(100 * (i + 1))


def set_named(lab: Any, name: str) -> None:
    lab.page.click(f".sets button[aria-label='{name}']")


def open_panel(lab: Any, text: str) -> None:
    """Open what is folded away in the room."""
    if not lab.page.locator(f"details:has(> summary:has-text('{text}'))").get_attribute("open"):
        lab.page.click(f"summary:has-text('{text}')")


def weights(lab: Any) -> list[float]:
    """Return the first layer's weights as the strip shows them, one after the other."""
    found = []
    for _ in range(4):
        found.append(float(lab.page.input_value(".strip-of-weight input")))
        lab.page.click("[aria-label='The next weight']")
    for _ in found:
        lab.page.click("[aria-label='The weight before']")
    return found


def line_at(lab: Any) -> tuple[float, float]:
    """Return where the first weight's line is, from the stage's own geometry: x's right edge."""
    box = lab.page.locator(".unit.input").first.bounding_box()
    return box["x"] + box["width"] + 3, box["y"] + box["height"] / 2


def do_idea(lab: Any, text: str) -> None:
    """Turn the card to an idea and let the page do it."""
    for _ in range(12):
        if text in lab.page.inner_text(".try-this"):
            break
        lab.page.click("button:text-is('Another idea')")
    lab.page.click(".try-this button:text-is('Do it')")


def shown(lab: Any) -> str:
    """Return all figures, as they are read."""
    return str(lab.page.inner_text(".figures"))
