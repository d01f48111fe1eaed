"""Lessons: every one is played through, every step can be done for the learner, and what they speak of is there."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from page_object import LONG_TRAINING, STATIC

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import make_glossary

TABLE = json.loads((STATIC / "data" / "lessons.json").read_text(encoding="utf-8"))
LESSONS = {lesson["id"]: lesson for lesson in TABLE["lessons"]}
KINDS = {"set", "draw", "press", "start", "wait"}  # of what a lesson can do, as lessons/actions.js has them
STEP = {"say", "ask", "choices", "answer", "then", "state", "look", "until", "hint", "do", "next", "seconds", "terms"}
SCRIPTS = "\n".join(
    path.read_text(encoding="utf-8") for folder in ("views", "ui") for path in sorted((STATIC / folder).rglob("*.js"))
)
browser = pytest.mark.browser
AT = "place => location.hash.endsWith(`lesson=${place}`) || location.hash.includes(`lesson=${place}&`)"
ROOF = [
    [[int(number) / 1000 for number in place.split(",")] for place in stroke["points"].split()]
    for stroke in TABLE["drawings"]["roof"]
]


def hooks() -> set[str]:
    steps = [step for lesson in LESSONS.values() for step in lesson["steps"]]
    actions = [action for step in steps for action in step.get("do", [])]
    pressed = {action["press"] for action in actions if "press" in action}
    started = {f"{action['start']}-start" for action in actions if "start" in action}
    return pressed | started | {step["look"] for step in steps if "look" in step}


def test_there_are_nine_lessons_of_three_minutes_and_a_demonstration_of_ninety_seconds() -> None:
    assert [lesson.get("minutes") for lesson in TABLE["lessons"]] == [3] * 9 + [None]
    demo = LESSONS["demo"]
    assert 80 <= sum(step["seconds"] for step in demo["steps"]) <= demo["seconds"] == 90
    assert len(LESSONS) == 10


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_well_formed_and_has_no_code(name: str) -> None:
    lesson = LESSONS[name]
    for step in lesson["steps"]:
        assert set(step) <= STEP
        assert step.get("say") or step.get("ask")
        assert ("choices" in step) == ("answer" in step) == ("ask" in step)
        assert 0 <= step.get("answer", 0) < len(step.get("choices", [0]))
        assert "do" in step or "until" not in step, "what is waited for can be done for the learner"
        assert {kind for action in step.get("do", []) for kind in action} <= KINDS
        for action in step.get("do", []):
            assert action.get("draw", "four") in TABLE["drawings"]
    assert lesson["steps"][-1]["next"] in LESSONS
    assert not re.search(r"[<>]|=>|\$\{", json.dumps(lesson, ensure_ascii=False))


def test_every_element_that_a_lesson_speaks_of_is_marked() -> None:
    marked = set(re.findall(r'(?:"data-lesson": |dataset\.lesson = )"([\w -]+)"', SCRIPTS))
    marked |= set(re.findall(r'\w+: "(\w+)"', re.search(r"LESSONS = \{(.*)\}", SCRIPTS)[1]))  # of the cards of Draw
    assert hooks() <= {name for marks in marked for name in marks.split()}


def done(lab: Any, step: dict[str, Any]) -> None:
    """Answer, or let it be done, until the way on is the filled button."""
    lab.until("() => document.querySelector('.lesson-ways button')")
    if "look" in step:
        lab.until("() => document.querySelectorAll('.lesson-lit').length === 1")
    if lab.page.locator(".lesson-do").count():
        lab.page.click(".lesson-do")
    lab.until("() => document.querySelector('.lesson-ways button.main')")
    lab.quiet()
    text = lab.page.inner_text(".lesson-body")
    assert "{" not in text
    assert "–" not in text.replace(" – ", ""), f"a number is missing: {text}"


@browser
@pytest.mark.parametrize("name", [name for name in LESSONS if name != "demo"])
def test_a_lesson_is_played_through(name: str, site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=lessons")
    lab.page.click(f"li:has(h3:text-is('{LESSONS[name]['title']}')) button")
    for number, step in enumerate(LESSONS[name]["steps"], 1):
        lab.until(AT, f"{name}.{number}")
        done(lab, step)
        lab.page.click(".lesson-ways button:last-child")
    lab.until("name => !location.hash.includes(`lesson=${name}.`)", name)


def test_every_lesson_has_a_term_of_the_glossary_and_no_other_words() -> None:
    for lesson in LESSONS.values():
        terms = {term for step in lesson["steps"] for term in step.get("terms", [])}
        assert terms <= set(make_glossary.terms())
        assert terms or lesson["id"] == "demo"


@browser
def test_the_buttons_of_the_cards_are_told_apart_by_their_names(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=lessons")
    titles = [lesson["title"] for lesson in TABLE["lessons"] if lesson["id"] != "demo"]
    for title in titles:
        assert lab.page.get_by_role("button", name=f"Begin: {title}", exact=True).count() == 1


@browser
def test_progress_is_in_the_address_and_back_leads_to_the_step_before(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#lesson=why.3")
    lab.says(".lesson", "attribution")
    lab.settled()
    assert lab.verdict()[0] == "4"
    lab.page.click(".lesson-ways button:last-child")
    lab.says(".lesson", "Close the top")
    assert "lesson=why.4" in lab.address()
    lab.page.go_back()
    lab.says(".lesson", "attribution")
    lab.page.click(".lesson [aria-label='Close the lesson']")
    lab.until("() => document.querySelector('.lesson').hidden")


@browser
def test_a_lesson_waits_for_what_the_learner_does_and_not_for_a_click(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#lesson=why.4")
    lab.settled()
    assert lab.page.locator(".lesson-ways button.main").count() == 0
    lab.draw_more(ROOF)
    lab.until("() => document.querySelector('.lesson-ways button.main')")
    assert lab.verdict()[0] == "9"


def begun(lab: Any, name: str) -> None:
    """Begin a lesson from its card."""
    lab.view("Lessons")
    lab.page.click(f"li:has(h3:text-is('{LESSONS[name]['title']}')) button")
    lab.until(AT, f"{name}.1")


@browser
def test_a_training_that_ended_before_the_step_is_not_what_it_waits_for(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train&hidden=32&epochs=20")
    lab.page.click("button.main")
    lab.says(".readout", "Done.")
    begun(lab, "mistakes")
    lab.says(".lesson", "It takes a few seconds")
    lab.quiet()
    assert lab.page.inner_text(".figures dd >> nth=0") == "20 of 20"  # it is there still
    assert lab.page.locator(".lesson-ways button.main").count() == 0
    lab.page.click("[data-lesson~=train-start]")
    lab.until("() => document.querySelector('.lesson-ways button.main')")
    lab.says(".lesson-then", "on the validation set")


@browser
def test_another_training_that_runs_gives_way_when_the_lesson_does_it(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#{LONG_TRAINING}")
    lab.page.click("button.main")
    lab.until("() => Number(document.querySelector('.figures dd').innerText.split(' ')[0]) >= 11")
    begun(lab, "mistakes")
    lab.quiet()
    assert lab.page.locator(".lesson-ways button.main").count() == 0
    lab.page.click(".lesson-do")
    lab.until("() => document.querySelector('.lesson-ways button.main')")
    lab.says(".figures dd", "of 20")


@browser
def test_a_lesson_that_is_begun_again_waits_again(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=lessons")
    for _ in range(2):
        begun(lab, "learn")
        lab.page.click(".lesson-choices button >> nth=1")
        lab.page.click(".lesson-ways button:last-child")
        lab.until(AT, "learn.2")
        lab.quiet()
        assert lab.page.locator(".lesson-ways button.main").count() == 0
        lab.page.click(".lesson-do")
        lab.until("() => document.querySelector('.lesson-ways button.main')")


@browser
def test_who_is_here_for_the_first_time_is_told_once(site: str, open_lab: Any) -> None:
    lab = open_lab(site, is_new=True)
    assert "New here?" in lab.page.inner_text(".welcome")
    lab.page.click(".welcome button:has-text('Not again')")
    lab.open(site)
    assert lab.page.locator(".welcome").count() == 0


@browser
@pytest.mark.parametrize("width", [390, 820, 1440])
def test_the_rail_leaves_room_for_the_lab(width: int, site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#lesson=see.2", viewport={"width": width, "height": 844})
    lab.says(".lesson", "drawn tiny")
    box = lab.page.locator(".lesson").bounding_box()
    main = lab.page.locator("main").bounding_box()
    assert box["width"] == (320 if width > 1199 else width)
    assert main["x"] >= 320 or box["y"] > 844 / 2
    rooms = lab.page.locator("header nav").first.bounding_box()
    assert width > 999 or box["y"] + box["height"] <= rooms["y"] + 1  # the rooms stay in reach
    assert lab.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    lab.page.click(".lesson-choices button >> nth=0")
    lab.until("() => document.querySelector('.lesson-then')")
    seen = """() => {
        const [text, frame] = [".lesson-then", ".lesson-body"].map((one) =>
            document.querySelector(one).getBoundingClientRect());
        return text.top >= frame.top - 1 && text.bottom <= frame.bottom + 1;
    }"""
    lab.until(seen)  # what follows from an answer comes into sight


@browser
def test_the_demonstration_plays_by_itself_and_space_pauses_it(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#lesson=demo.1")
    lab.until(AT, "demo.2")
    lab.settled()
    assert lab.verdict()[0] == "4"
    assert len(lab.page.inner_text(".lesson-text")) > 100
    lab.page.keyboard.press(" ")
    lab.says(".lesson-ways", "Play")
    lab.page.click(".lesson-ways button:text-is('Play')")
    lab.until(AT, "demo.3")
    lab.until("() => document.querySelector('.verdict').innerText[0] === '9'")


@browser
@pytest.mark.full
def test_the_demonstration_ends_where_it_says(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#lesson=demo.1")
    for number, _ in enumerate(LESSONS["demo"]["steps"], 1):
        lab.until(AT, f"demo.{number}")
    lab.says(".lesson", "QR code")
