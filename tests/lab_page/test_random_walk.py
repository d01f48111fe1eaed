"""Nothing is lost on a random walk: Undo takes back edit by edit, Back and Forward find each place as it was left."""

from collections.abc import Callable
from typing import Any

import pytest

from byhand.random import DATA, RandomStream
from waiting import wait_until

pytestmark = pytest.mark.browser
ROOMS = ["Draw", "Train", "Plane", "Experiments", "Lessons"]
N_ACTIONS = 60
SEED = 5  # one with which every kind of action comes
# the sheet; of the plane, its settings and figures too
SHOWN = """() => {
    const all = selector => [...document.querySelectorAll(selector)].filter(one => one.checkVisibility());
    return [
        ...all("main .pad").map(pad => pad.toDataURL()),
        ...all(".plane [data-setting]").map(one => `${one.dataset.setting} ${one.value} ${one.checked}`),
        ...all(".plane .figures dd, .plane .sets [aria-pressed=true]").map(one => one.innerText + one.title),
    ].join();
}"""
IS_ROOM = "name => document.title.startsWith(name)"
HAS_CONTENT = """() => {
    const main = document.querySelector("main"), parts = [...main.querySelectorAll("canvas, table, button, h3")];
    return main.innerText.trim().length > 40 && parts.some(one => one.checkVisibility());
}"""
TYPE = """([name, value]) => {
    const field = document.querySelector(`main [data-setting=${name}]`);
    field.value = value;
    field.dispatchEvent(new Event("change"));
}"""
SLIDE = """part => {
    const slider = document.querySelector("main .points [type=range], main .bets [type=range]");
    slider.value = Number(slider.min) + part * (slider.max - slider.min);
    for (const name of ["input", "change"]) slider.dispatchEvent(new Event(name, { bubbles: true }));
}"""


class Walk:
    """The page; the places that were left, with their addresses; and of this visit what was seen before each edit."""

    def __init__(self, lab: Any, seed: int) -> None:
        self.lab = lab
        self.draws = iter(RandomStream(seed, DATA).uniform(20 * N_ACTIONS))
        self.places = [("Draw", "")]
        self.at = 0
        self.edits: list[str] = []
        self.undone: list[str] = []

    @property
    def room(self) -> str:
        return self.places[self.at][0]

    def choose(self, things: list[Any]) -> Any:
        return things[int(next(self.draws) * len(things))]

    def act(self) -> str:
        """Do one of the things that can be done here; return its name."""
        ways: list[Callable[[], None]] = [
            self.go,
            *[self.undo] * min(len(self.edits), 2),
            *[self.redo] * len(self.undone),
        ]
        ways += [self.back] * (self.at > 0) + [self.forward] * (self.at < len(self.places) - 1)
        ways += {
            "Draw": [self.draw, self.draw, self.sample, self.clear],
            "Train": [self.draw, self.clear, self.type_seed, self.learn],
            "Plane": [self.choose_set, self.slide, self.type_rate, self.learn],
            "Experiments": [self.slide],
            "Lessons": [],
        }[self.room]
        way = self.choose(ways)
        way()
        self.lab.quiet()
        assert self.lab.page.evaluate(HAS_CONTENT)
        assert self.lab.faults == []
        return str(way.__name__)

    def leave(self, at: int) -> None:
        """Keep the address of this place; the next is there already, or is added."""
        self.places[self.at] = (self.room, self.lab.address())
        self.at, self.edits, self.undone = at, [], []

    def go(self) -> None:
        room = self.choose([room for room in ROOMS if room != self.room])
        self.places = [*self.places[: self.at + 1], (room, "")]
        self.leave(self.at + 1)
        self.lab.view(room)
        self.lab.until(IS_ROOM, room)

    def travel(self, steps: int) -> None:
        self.leave(self.at + steps)
        self.lab.page.evaluate("steps => history.go(steps)", steps)
        self.lab.until(IS_ROOM, self.room)
        assert self.lab.address() == self.places[self.at][1]

    def back(self) -> None:
        self.travel(-1)

    def forward(self) -> None:
        self.travel(1)

    def edit(self, change: Callable[[], None]) -> None:
        self.edits.append(self.lab.page.evaluate(SHOWN))
        self.undone = []
        change()

    def step(self, key: str, came_from: list[str], goes_to: list[str]) -> None:
        goes_to.append(self.lab.page.evaluate(SHOWN))
        wanted = came_from.pop()
        self.lab.page.click(f"main [data-key={key}]")
        wait_until(lambda: self.lab.page.evaluate(SHOWN) == wanted)

    def undo(self) -> None:
        self.step("undo", self.edits, self.undone)

    def redo(self) -> None:
        self.step("redo", self.undone, self.edits)

    def draw(self) -> None:
        stroke = [[0.15 + 0.7 * next(self.draws), 0.15 + 0.7 * next(self.draws)] for _ in range(4)]
        self.edit(lambda: self.lab.draw_more([stroke]))

    def sample(self) -> None:
        self.edit(lambda: self.lab.page.locator(".sample").nth(self.choose([0, 1, 2, 3, 4, 5])).click())

    def clear(self) -> None:
        if "picture=none" in self.lab.address():  # an empty sheet stays as it is
            return self.draw()
        return self.edit(lambda: self.lab.page.click("main [data-key=clear]"))

    def choose_set(self) -> None:
        self.edit(lambda: self.lab.page.locator(".sets button").nth(self.choose([0, 1, 2, 3, 4])).click())

    def slide(self) -> None:
        def change() -> None:
            self.lab.page.evaluate(SLIDE, next(self.draws))

        if self.room == "Plane":
            self.edit(change)
        else:
            change()

    def type_rate(self) -> None:
        self.edit(lambda: self.lab.page.evaluate(TYPE, ["planeRate", self.choose(["0.03", "0.2", "0.5"])]))

    def type_seed(self) -> None:
        self.lab.page.evaluate(TYPE, ["seed", self.choose(["2", "3", "4"])])

    def learn(self) -> None:
        self.lab.page.click("main button:has-text('One epoch')")


def test_a_random_walk_loses_nothing(site: str, open_lab: Any) -> None:
    walk = Walk(open_lab(f"{site}#view=draw&hidden=16", reduced_motion="reduce"), SEED)
    done: list[str] = []
    for _ in range(N_ACTIONS):
        done.append(walk.act())
    while walk.edits:
        walk.undo()
    while walk.at:
        walk.back()
    assert {"draw", "clear", "slide", "type_rate", "undo", "redo", "go", "back", "forward"} <= set(done)
