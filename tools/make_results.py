"""Put the measured figures into README.md, between its markers: python tools/make_results.py

The figures come from benchmarks/records/, which benchmarks/*.py write; nothing here computes or rounds up anything.
"""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RECORDS = ROOT / "benchmarks" / "records"
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
ORDER = ["vanilla", "first", "deep-dive", "fast", "draw", "digits"]


def record(name: str) -> dict[str, Any]:
    """Return one record."""
    found: dict[str, Any] = json.loads((RECORDS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def percent(fraction: float) -> str:
    return f"{100 * fraction:.2f}"


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
    """Return a table row for each pair of clouds."""
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
    """Return the figures that are told in words."""
    draw, digits, xor = record("recipe-draw"), record("recipe-digits"), record("recipe-xor")
    shares = {n: xor[f"share_of_200_starts_with_{n}_hidden_units"]["mean"] for n in (0, 2, 4, 8)}
    one, two, start = record("numpy-path-1-threads"), record("numpy-path-2-threads"), record("startup")
    moved = draw["accuracy_moved_by_3"]
    return [
        f"- `draw` on the test set moved by three pixels: {percent(moved['mean'])} % "
        f"({percent(moved['min'])} – {percent(moved['max'])}).",
        f"- `digits` with the folds in file order, which are writers never seen: "
        f"{percent(digits['accuracy_in_file_order']['mean'])} %.",
        f"- `xor`, share of 200 starts that solve it: {100 * shares[0]:.0f} % without a hidden layer, "
        f"{100 * shares[2]:.0f} % with two ReLU units, {100 * shares[4]:.0f} % with four, "
        f"{100 * shares[8]:.0f} % with eight.",
        f"- In NumPy alone, an epoch of `vanilla` in {one['ratios']['byhand epoch / torch epoch']:.2f} of PyTorch's "
        f"time on one thread and {two['ratios']['byhand epoch / torch epoch']:.2f} on two; its training steps in "
        f"{one['ratios']['byhand steps / flat steps']:.2f} and {two['ratios']['byhand steps / flat steps']:.2f} of the "
        f"time of a flat NumPy script.",
        f"- From a cold start to a trained, saved and tested model: {start['medians']['byhand train']:.1f} s; "
        f"`byhand --help` {start['medians']['byhand --help']:.2f} s; `import byhand` "
        f"{1000 * (start['medians']['import byhand'] - start['medians']['python']):.0f} ms over Python's own start.",
    ]


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


PEERS = {
    "jax scan": "JAX",
    "torch": "PyTorch",
    "torch tutorial": "as in tutorials",
    "keras": "Keras",
    "scikit-learn": "scikit-learn",
    "byhand numpy": "our NumPy",
}


def speed_rows() -> list[str]:
    """Return a table row for each work of `byhand bench`: how many times as long each peer takes."""
    rows = []
    for name, found in record("epochs")["works"].items():
        work, ratios = found["work"], found["times_as_long_as_byhand"]
        sizes = "-".join(map(str, work["sizes"]))
        cells = [f"{ratios[peer]['median']:.1f}" if peer in ratios else "–" for peer in PEERS]
        share = f"{100 * found['share_of_peak']:.0f}" if work["batch_size"] > 1 else "–"
        rows.append(
            f"| {name}: {sizes}, batch {work['batch_size']} | {found['median_seconds']['byhand']:.3f} "
            f"| {' | '.join(cells)} | {share} |"
        )
    return rows


def in_bf16() -> str:
    """Return what rounding every factor to eight bits brings in a very wide network."""
    found = record("epochs")["works"]["five wide"]
    ours, theirs = (found["times_as_long_as_byhand"][peer]["median"] for peer in ("byhand bf16", "torch bf16"))
    return (
        f"- In bf16, for who asks for it (`--precision bf16`), the widest of these takes {ours:.2f} of its time in "
        f"float32, and PyTorch's automatic mixed precision {theirs / ours:.1f} times as long as that."
    )


def time_to_accuracy() -> list[str]:
    """Return for each accuracy how long each way of training takes to it."""
    lines, known = [], record("time-to-accuracy")
    for target, ways in known["targets"].items():
        told = []
        for name, found in ways.items():
            if found["epochs"] is None:
                told.append(f"{name} not in {known['tried']} epochs")
            else:
                told.append(f"{name} {median(found['seconds']):.2f} s ({found['epochs']} epochs)")
        lines.append(f"- Until {percent(float(target))} % of held-out digits are read right: {', '.join(told)}.")
    return lines


def speed() -> list[str]:
    """Return what is said about speed."""
    epochs, latency, process = record("epochs"), record("latency"), record("whole-process")
    equal, page = record("engine-accuracy")["recipes"], record("lab-page")
    peers = ", ".join(f"{name} {version}" for name, version in epochs["versions"].items())
    peaks = record("memory")["peak_megabytes"]
    least_first = sorted((peak, PEERS.get(name, name)) for name, peak in peaks.items() if name != "byhand numpy")
    microseconds = {name: sorted(times)[len(times) // 2] for name, times in latency["microseconds"].items()}
    return [
        "How many times as long an epoch takes elsewhere, in turns on the same machine (median of "
        f"{len(epochs['works']['sgd']['seconds']['byhand'])} rounds; `{epochs['engine']}`; {peers}):",
        "",
        f"| work | byhand, s | {' | '.join(PEERS.values())} | % of peak |",
        f"|---|--:|{'--:|' * len(PEERS)}--:|",
        *speed_rows(),
        "",
        "The last column counts the operations of a plain epoch in byhand's fastest one, as a share of what this "
        "machine can do when it does nothing but multiply and add "
        f"({epochs['peak_flops'] / 1e9:.0f} GFLOP/s, measured). It can be above 100, for byhand skips the "
        "multiplications with the background of pictures, and the others do not; the second row is what remains where "
        "there is none.",
        "",
        in_bf16(),
        *time_to_accuracy(),
        f"- One digit from Python: {microseconds['byhand']:.1f} µs, onnxruntime {microseconds['onnxruntime']:.1f} µs, "
        f"PyTorch {microseconds['torch']:.1f} µs.",
        f"- `byhand train fast` as a whole process, from nothing to a tested model, takes "
        f"{process['byhand train fast / import torch']:.2f} of the time of `import torch`; of it training "
        f"{sorted(process['training_seconds'])[len(process['training_seconds']) // 2]:.2f} s.",
        "- The most memory a process takes to train 784-128-10 for an epoch, all in all: "
        f"{', '.join(f'{name} {peak:.0f} MB' for peak, name in least_first)}.",
        f"- The page in Chromium {page['chromium'].split('.')[0]}: first paint after "
        f"{median(page['first_paint_ms']):.0f} ms, an answer while drawing in "
        f"{page['answer_while_drawing_ms']['median']:.1f} ms, an epoch of 784-128-10 over 60,000 digits in "
        f"{page['seconds_an_epoch_of_60000']:.1f} s, 2-16-8-2 from one example at a time "
        f"{page['examples_a_second_2_16_8_2']['median'] / 1e6:.1f} million times a second.",
        "- The native and the array engine learn equally well: the largest difference of a recipe's mean over five "
        f"seeds is {100 * max(abs(found['difference']) for found in equal.values()):.2f} points.",
    ]


def results() -> str:
    """Return the whole section between the markers."""
    machine = record("recipe-vanilla")
    return "\n".join(
        [
            "| recipe | mean % | min – max | seeds | training, s, one thread | tested |",
            "|---|--:|---|--:|--:|---|",
            *accuracy_rows(),
            "",
            "| clouds | Bayes error % | best line % | mean % | median % | mean excess | failed starts % |",
            "|---|--:|--:|--:|--:|--:|--:|",
            *plane_rows(),
            "",
            *sentences(),
            "",
            *speed(),
            "",
            f"Measured on {machine['date']}: {machine['processor']}, {machine['cores']} cores, "
            f"Python {machine['python']}, NumPy {machine['numpy']}. Every row is a file in `benchmarks/records/`.",
        ]
    )


def with_results(readme: str) -> str:
    """Return the README with the section between the markers made anew."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{results()}\n{END}{after}"


def main() -> None:
    readme = ROOT / "README.md"
    readme.write_text(with_results(readme.read_text(encoding="utf-8")), encoding="utf-8")
    print("README.md")


if __name__ == "__main__":
    main()
