"""Any moment of a training can be seen again, linked and compared; and what would have come of it without a digit."""

import re
from typing import Any

import pytest

pytestmark = pytest.mark.browser
SETTINGS = "view=train&hidden=16&optimizer=adam&learningRate=0.003&epochs=12"


def make_run(lab: Any, steps_done: str) -> None:
    lab.page.click("button.main")
    lab.says(".readout", "Done.")
    lab.says(".position", "as it is now")
    assert lab.page.inner_text(".figures div:has(dt .term-word:text-is('step')) dd") == steps_done


def travel(lab: Any, step: int) -> None:
    lab.page.fill(".timeline input", str(step))
    lab.page.keyboard.press("Enter")


def held(lab: Any) -> str:
    found = re.search(r"validation accuracy ([\d.]+\s%)", lab.page.inner_text(".position"))
    assert found is not None
    return found[1]


def test_a_moment_is_recomputed_and_its_link_brings_it_back(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#{SETTINGS}")
    make_run(lab, "540")
    travel(lab, 77)
    lab.says(".position", "after step 77, in epoch 2")
    said = held(lab)
    again = open_lab(lab.address())
    again.says(".position", "after step 77, in epoch 2")
    assert held(again) == said
    again.page.click("button:has-text('Back to now')")
    again.says(".position", "as it is now")
    lab.page.select_option("[aria-label=Network]", "snapshot")
    lab.view("Mistakes")
    lab.page.wait_for_selector(".confusion")
    shown = re.search(r"(\d+) of (\d+) right", lab.page.inner_text(".test-verdict"))
    assert shown is not None
    assert f"{100 * int(shown[1]) / int(shown[2]):.2f}\u00a0%" == said


def test_a_unit_is_looked_at_at_any_moment(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#{SETTINGS}&unit=3")
    make_run(lab, "540")
    lab.page.select_option("[aria-label=Network]", "trained")
    lab.view("Draw")
    lab.answered()  # the digit is read as this network sees it
    lab.view("Train")
    seen = [""]
    for step in (540, 0, 540):
        travel(lab, step)
        lab.says(".position", "as it is now" if step == 540 else f"after step {step}")
        lab.page.select_option("[aria-label=Network]", "snapshot" if step < 540 else "trained")
        lab.view("Network")
        lab.says("h3", "3 of layer 1")
        lab.until("before => (document.querySelector('.unit-place .sum')?.innerText ?? before) !== before", seen[-1])
        seen.append(lab.page.inner_text(".unit-place .sum"))
        lab.view("Train")
    assert seen[1] == seen[3] != seen[2]


def test_two_moments_are_compared(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#{SETTINGS}")
    make_run(lab, "540")
    travel(lab, 0)
    lab.says(".position", "after step 0")
    lab.page.click("button:has-text('Pin for comparison')")
    lab.says(".compared", "First-layer weights at step 0 minus those at step 0, the largest ±0.0000")
    travel(lab, 540)
    lab.says(".compared", "First-layer weights at step 540 minus those at step 0")
    assert "±0.0000" not in lab.page.inner_text(".compared")
    assert lab.page.locator(".compared canvas").count() == 16


def test_without_a_digit_it_is_never_read_and_taken_back_in_all_is_as_before(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#{SETTINGS}")
    make_run(lab, "540")
    lab.page.select_option("[aria-label='which digit']", "3")
    lab.page.click("button:has-text('Leave out every')")
    lab.page.wait_for_selector(".without table")
    before, without = (row.split("\t") for row in lab.page.inner_text(".without tbody").splitlines())
    assert float(before[5]) > 80
    assert float(without[5]) == 0
    change = lab.page.inner_text(".without tfoot").split("\t")
    assert float(change[5].replace("−", "-")) == -float(before[5])
    assert lab.page.locator(".without .left-out").all_inner_texts() == ["3", before[5], without[5], change[5]]
    assert "Left out: every 3" in lab.page.inner_text(".without")
    lab.page.click("button:has-text('Take all back in')")
    lab.until("() => document.querySelector('.without tbody tr:last-child td:nth-child(6)')?.innerText !== '0.0'")
    again = lab.page.inner_text(".without tbody").splitlines()[1].split("\t")
    assert again[1:] == before[1:]


def test_without_one_batch_all_else_is_learned_as_it_was(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#{SETTINGS}")
    make_run(lab, "540")
    travel(lab, 99)
    lab.says(".position", "after step 99")
    lab.page.click("button:has-text('Leave out batch 100')")
    lab.says(".without", "Left out: batch 100")
    lab.page.wait_for_selector(".without table")
    lab.until("() => location.hash.includes('without=batch.99')")


def test_the_chart_is_the_way_through_time(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#{SETTINGS}")
    make_run(lab, "540")
    over = lab.page.locator(".train-chart .u-over").bounding_box()
    lab.page.mouse.click(over["x"] + over["width"] / 2, over["y"] + 20)
    lab.says(".position", "as it was after step 27")  # 270 of 540
    lab.page.focus(".train-chart")
    lab.page.keyboard.press("Home")
    lab.says(".position", "after step 0, in epoch 1")
    lab.page.keyboard.press("ArrowRight")
    lab.says(".position", "after step 1, in epoch 1")
    lab.page.keyboard.press("End")
    lab.says(".position", "as it is now")


def test_the_film_has_moments_ever_farther_apart_and_a_press_travels_there(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#{SETTINGS}")
    make_run(lab, "540")
    lab.until("() => document.querySelectorAll('.moment').length === 8")
    steps = lab.page.locator(".moment span").all_inner_texts()
    assert steps[0] == "0"
    assert steps[-2:] == ["512", "now"]
    assert all(int(step).bit_count() == 1 for step in steps[1:-1])
    assert lab.page.locator(".moment").last.get_attribute("aria-pressed") == "true"
    assert lab.page.locator(".moment").first.locator("canvas").count() == 6
    lab.page.locator(".moment").nth(3).click()
    lab.says(".position", f"after step {steps[3]},")
    assert lab.page.locator(".moment").nth(3).get_attribute("aria-pressed") == "true"


def test_digits_are_answered_while_it_learns(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#{SETTINGS}")
    lab.page.click("button:text-is('One step')")
    lab.until("() => document.querySelectorAll('.probes li').length === 6")
    first = lab.page.inner_text(".probes")
    assert "%" in first
    lab.page.click("button.main")
    lab.says(".readout", "Done.")
    lab.until("before => document.querySelector('.probes').innerText !== before", first)
    lab.quiet()
    rows = lab.page.locator(".probes li").all_inner_texts()
    wrong = [row for row in rows if "is " in row]
    assert len(wrong) <= 1  # of six, by a network that reads nine of ten
    travel(lab, 0)
    lab.says(".position", "after step 0")
    lab.quiet()
    assert lab.page.locator(".probes li").all_inner_texts() != rows
    lab.page.click(".next")
    lab.until("() => document.querySelector('[aria-label=Network]').value === 'trained'")
    lab.says("nav a[aria-current]", "Draw")
