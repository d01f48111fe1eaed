"""An estimator in a notebook: its parameters and, once fitted, its network drawn and what became of each column.

Names of columns and classes are text from outside: every text is escaped here, and their number is bounded.
"""

from html import escape
from typing import Any

from byhand.network_svg import network_svg

MOST_ROWS = 50  # columns of a table that are listed


def estimator_html(estimator: Any) -> str:
    """Return an estimator as HTML without scripts and styles of its own."""
    parts = [f"<pre>{escape(repr(estimator))}</pre>"]
    if estimator.__sklearn_is_fitted__():
        parts += [_network(estimator), _columns(estimator)]
    return f"<div>{''.join(parts)}</div>"


def _network(estimator: Any) -> str:
    """Return the drawing of the first network, and how many there are."""
    n = len(estimator.networks_)
    more = f"<p>the first of {n} networks whose answers are averaged</p>" if n > 1 else ""
    return network_svg(estimator.networks_[0]) + more


def _columns(estimator: Any) -> str:
    """Return a table: a row a column of the data, folded together."""
    rows = estimator.preprocessing_rows()
    cells = "".join(f"<tr><td>{escape(name)}</td><td>{escape(what)}</td></tr>" for name, what in rows[:MOST_ROWS])
    more = f"<p>and {len(rows) - MOST_ROWS:,} more columns</p>" if len(rows) > MOST_ROWS else ""
    head = "<tr><th>column</th><th>what the network gets</th></tr>"
    return f"<details><summary>{len(rows):,} columns</summary><table>{head}{cells}</table>{more}</details>"
