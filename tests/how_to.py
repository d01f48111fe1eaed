"""A page of docs/ as people use it: the commands that it tells them to type, and its Python."""

import re
import shlex
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


class HowTo:
    """The page of this name.

    commands : the arguments of each `byhand` line, in order   blocks : each block of Python, in order
    """

    def __init__(self, name: str) -> None:
        self.text = (DOCS / f"{name}.md").read_text(encoding="utf-8")
        self.commands = [shlex.split(line)[1:] for line in re.findall(r"^byhand .+$", self.text, flags=re.MULTILINE)]
        self.blocks = re.findall(r"```python\n(.*?)```", self.text, flags=re.DOTALL)

    def run_python(self) -> None:
        """Run the blocks one after the other, with the names of those before."""
        names: dict[str, object] = {}
        for block in self.blocks:
            exec(block, names)  # noqa: S102  (the documentation's own)
