"""Text from a file reaches code, a terminal or JSON through a conversion that says so, and nothing else."""

import ast
import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from byhand.untrusted import UntrustedText, distrust, plain_data

ATTACKS = [
    '"""\nimport os',
    "*/ int x; /*",
    "a\nb",
    "\x1b[2J",
    "\u202eevil",
    "\\",
    "a\u2028b",
    "</script>",
    "??/",
    "\ud800",
]
any_text = st.text(st.characters(exclude_categories=())) | st.sampled_from(ATTACKS)


@pytest.mark.parametrize("use", [str, "{}".format, lambda text: f"{text}", "{:>8}".format, Path, open, "".__add__])
def test_it_is_used_by_no_accident(use) -> None:
    with pytest.raises(TypeError):
        use(UntrustedText("/etc/passwd"))


@pytest.mark.parametrize("attack", ATTACKS)
def test_only_plain_words_reach_code(attack: str) -> None:
    assert UntrustedText(attack).for_code("a model") == "a model"
    assert UntrustedText("deep-dive 1.0_b").for_code("a model") == "deep-dive 1.0_b"
    assert UntrustedText("x" * 61).for_code("a model") == UntrustedText("").for_code("a model") == "a model"


@settings(max_examples=300, deadline=None, derandomize=True)
@given(any_text)
def test_a_terminal_shows_it_and_does_not_obey(text: str) -> None:
    line = UntrustedText(text).for_terminal()
    assert line.isprintable()
    assert len(line) <= 80


@settings(max_examples=300, deadline=None, derandomize=True)
@given(any_text)
@example("😀 ü")
def test_every_literal_means_the_text_and_nothing_more(text: str) -> None:
    python, script, json_text = (
        UntrustedText(text).for_python(),
        UntrustedText(text).for_javascript(),
        UntrustedText(text).for_json(),
    )
    assert ast.literal_eval(python) == text
    assert json.loads(script) == text
    assert "</" not in script
    assert (python + script).isascii()
    assert json_text.encode() == text.encode("utf-8", "backslashreplace")


def test_a_c_literal_is_its_utf8_bytes(tmp_path: Path) -> None:
    texts = [*ATTACKS, 'a"b', "1\x001", "ü9", "%d", "😀"]
    literals = ", ".join(
        f"{{{UntrustedText(text).for_c()}, sizeof {UntrustedText(text).for_c()} - 1}}" for text in texts
    )
    source = f"""#include <stdio.h>
struct {{ const char *text; unsigned long n; }} all[] = {{{literals}}};
int main(void) {{
    for (int i = 0; i < {len(texts)}; i++) fwrite(all[i].text, 1, all[i].n, stdout);
}}"""
    (tmp_path / "a.c").write_text(source, encoding="ascii")
    subprocess.run(["cc", "-std=c99", "-trigraphs", tmp_path / "a.c", "-o", tmp_path / "a"], check=True)
    out = subprocess.run([tmp_path / "a"], capture_output=True, check=True).stdout
    assert out == b"".join(text.encode("utf-8", "backslashreplace") for text in texts)


def test_it_compares_as_its_text_does() -> None:
    known = {"mnist": 1}
    assert UntrustedText("mnist") == "mnist"
    assert known[UntrustedText("mnist")] == 1  # type: ignore[index]
    assert UntrustedText("mnist") != UntrustedText("digits")
    assert repr(UntrustedText("\x1b")) == r"UntrustedText('\x1b')"


def test_plain_data_is_wrapped_to_its_leaves_and_comes_back() -> None:
    data = {"a": ["b", 1, None, {"c": "d"}], "e": True}
    wrapped = distrust(data)
    assert isinstance(wrapped["a"][0], UntrustedText)
    assert all(isinstance(key, UntrustedText) for key in wrapped["a"][3])
    assert distrust(wrapped) == wrapped
    assert json.dumps(plain_data(wrapped)) == json.dumps(data)
