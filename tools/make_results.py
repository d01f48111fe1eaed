"""Put the measured figures into docs/results.md and README.md, between their markers: python tools/make_results.py

The figures come from benchmarks/records/, which benchmarks/*.py write with --record; nothing here computes anything but
medians.
"""

from pathlib import Path
from typing import Any

from speed_results import PEERS, every_processor, speed
from table_results import defaults_section, options_section, tables_section, times_section

from records import ROOT, percent, place, record

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
IN_SHORT = ("sgd", "adam", "five wide", "tiny")  # the rows of the README's table
ORDER = ["vanilla", "first", "deep-dive", "fast", "draw", "digits"]


def accuracy_rows() -> list[str]:
    """Return a table row for each recipe that is tested by counting."""
    rows = []
    for name in ORDER:
        found = record(f"recipe-{name}")
        accuracy = found["test_accuracy"]
        spread = f"{percent(accuracy['min'])} – {percent(accuracy['max'])}"
        rows.append(
            f"| `{name}` | **{percent(accuracy['mean'])}** | {spread} | {len(found['seeds'])} "
            f"| {found['train_seconds']['median']:.2f} | {found['tested']} |"
        )
    return rows


def plane_rows() -> list[str]:
    """Return a table row for each pair of Gaussians."""
    rows = []
    for name in ("gaussians-16-8", "gaussians-4-4", "gaussians-16-8-equal"):
        found = record(f"recipe-{name}")
        error, excess = found["error"], found["excess_over_bayes"]
        rows.append(
            f"| `{name}` | {percent(found['bayes_error']['mean'])} | {percent(found['best_line_error']['mean'])} "
            f"| {percent(error['mean'])} | {percent(error['median'])} | {percent(excess['mean'])} "
            f"| {100 * found['share_of_failed_starts']['mean']:.0f} |"
        )
    return rows


def sentences() -> list[str]:
    """Return the results that need a sentence."""
    draw, digits, xor = record("recipe-draw"), record("recipe-digits"), record("recipe-xor")
    shares = {n: xor[f"share_of_200_starts_with_{n}_hidden_units"]["mean"] for n in (0, 2, 4, 8)}
    one, two, start = record("numpy-path-1-threads"), record("numpy-path-2-threads"), record("startup")
    moved = draw["accuracy_moved_by_3"]
    return [
        f"- `draw` on test images shifted by up to three pixels: {percent(moved['mean'])} % "
        f"({percent(moved['min'])} – {percent(moved['max'])}).",
        f"- `digits` with folds in file order, so that no writer is in two folds: "
        f"{percent(digits['accuracy_in_file_order']['mean'])} %.",
        f"- `xor`, fraction of 200 random restarts that solve it: {100 * shares[0]:.0f} % without a hidden layer, "
        f"{100 * shares[2]:.0f} % with two ReLU units, {100 * shares[4]:.0f} % with four, "
        f"{100 * shares[8]:.0f} % with eight.",
        f"- For an epoch of `vanilla` the NumPy engine takes {numpy_ratio(one, 'epoch')} times as long as PyTorch on "
        f"one thread and {numpy_ratio(two, 'epoch')} times on two; its training steps take {numpy_ratio(one, 'steps')} "
        f"and {numpy_ratio(two, 'steps')} times as long as those of a hand-written NumPy script without classes.",
        f"- From a cold start to a trained, saved and tested model: {start['medians']['byhand train']:.1f} s; "
        f"`byhand --help` {start['medians']['byhand --help']:.2f} s; `import byhand` "
        f"{1000 * (start['medians']['import byhand'] - start['medians']['python']):.0f} ms over Python's own start "
        f"({place(start)}).",
    ]


def numpy_ratio(found: dict[str, Any], what: str) -> str:
    """Return one ratio of the record of the NumPy path: of an epoch to PyTorch's, of steps to a flat script's."""
    name = {"epoch": "byhand epoch / torch epoch", "steps": "byhand steps / flat steps"}[what]
    return f"{found['ratios'][name]:.2f}"


def measured() -> str:
    """Return the line that says on what all this was measured."""
    machine = record("recipe-vanilla")
    return (
        f"Measured on {machine['date']}: {machine['processor']}, {machine['cores']} cores, Python {machine['python']}, "
        f"NumPy {machine['numpy']}."
    )


def results() -> str:
    """Return the whole page of results."""
    return "\n".join(
        [
            "| recipe | mean % | min – max | seeds | training, s, one thread | tested |",
            "|---|--:|---|--:|--:|---|",
            *accuracy_rows(),
            "",
            "| Gaussians | Bayes error % | best linear error % | mean % | median % | mean excess | failed restarts % |",
            "|---|--:|--:|--:|--:|--:|--:|",
            *plane_rows(),
            "",
            *sentences(),
            "",
            *speed(),
            "",
            *tables_section(record("tables")),
            "",
            *times_section(record("table-times")),
            "",
            *options_section(record("table-options")),
            "",
            *defaults_section(record("table-defaults")),
            "",
            f"{measured()} Every row is a file in `benchmarks/records/`.",
        ]
    )


def results_in_short() -> str:
    """Return the README's results: accuracy, and a table for each processor."""
    vanilla = record("recipe-vanilla")["test_accuracy"]
    timed = [one for one in every_processor("epochs") if one["works"].keys() >= set(IN_SHORT)]
    return "\n".join(
        [
            f"Five epochs of 784-128-10 reach **{percent(vanilla['mean'])} %** on MNIST's test set "
            f"({percent(vanilla['min'])} – {percent(vanilla['max'])} over {vanilla_seeds()} seeds). Time per epoch, "
            "and how many times as long others take on the same machine:",
            "",
            *(line for one in timed for line in speed_in_short(one)),
            "Never timed: ARM, macOS and Windows. All results: [docs/results.md](docs/results.md).",
        ]
    )


def speed_in_short(found: dict[str, Any]) -> list[str]:
    """Return a processor's table: one row a workload, how many times as long the others take."""
    peers = {name: title for name, title in PEERS.items() if name not in ("torch tutorial", "byhand numpy")}
    rows = []
    for name in IN_SHORT:
        timed = found["works"][name]
        ratios = [timed["times_as_long_as_byhand"].get(peer) for peer in peers]
        cells = " | ".join(f"{ratio['median']:.1f}×" if ratio else "–" for ratio in ratios)
        title = f"{'-'.join(map(str, timed['work']['sizes']))}, batch {timed['work']['batch_size']}, {name}"
        rows.append(f"| {title} | {timed['median_seconds']['byhand']:.3f} s | {cells} |")
    return [
        f"{place(found)}, {found['cores']} cores:",
        "",
        f"| network | byhand | {' | '.join(peers.values())} |",
        f"|---|--:|{'--:|' * len(peers)}",
        *rows,
        "",
    ]


def vanilla_seeds() -> int:
    """Return how many seeds `vanilla` was trained with."""
    return len(record("recipe-vanilla")["seeds"])


def with_section(text: str, section: str) -> str:
    """Return the page with the part between the markers replaced."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{section}\n{END}{after}"


def pages() -> dict[Path, str]:
    """Return what belongs between the markers of each page."""
    return {ROOT / "README.md": results_in_short(), ROOT / "docs" / "results.md": results()}


def main() -> None:
    for page, section in pages().items():
        page.write_text(with_section(page.read_text(encoding="utf-8"), section), encoding="utf-8")
        print(page.relative_to(ROOT))


if __name__ == "__main__":
    main()
