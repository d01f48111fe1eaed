"""An estimator kept as a model file: the same answers after `load`, in the commands, and in every export."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand.cli.main import cli
from byhand.data.tables.applying import apply_schema, read_new
from byhand.errors import OptionError, SystemResourceError
from byhand.estimators import MLPClassifier, MLPRegressor
from byhand.exports import EXPORTS
from byhand.exports.inference_model import inference_model
from byhand.exports.verify import require_match, verify
from byhand.persistence.model import Model, load_model
from byhand.persistence.output import Output

SMALL: dict[str, Any] = {"hidden_layer_sizes": (8, 8), "max_iter": 15, "random_state": 0}


def main(arguments: list[str]) -> int:
    """Run a command and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments, prog_name="byhand")
    return int(ended.value.code or 0)


class Frame:
    """What pandas, polars and pyarrow have in common, as polars has it."""

    def __init__(self, columns: dict[str, list[Any]]) -> None:
        self.data, self.columns = columns, list(columns)

    def __getitem__(self, name: str) -> np.ndarray:
        return np.array(self.data[name], dtype=object)


def table(n: int = 240) -> dict[str, list[Any]]:
    rng = np.random.default_rng(0)
    return {
        "age": [None if i % 9 == 0 else float(a) for i, a in enumerate(rng.integers(20, 60, n))],
        "size": rng.normal(size=n).tolist(),
        "wild": (rng.random(n) < 0.5).tolist(),
        "colour": rng.choice(["red", "green", "blue"], n).tolist(),
    }


def rows(columns: dict[str, list[Any]]) -> np.ndarray:
    """Return an array of cells (n, columns)."""
    return np.array(list(columns.values()), dtype=object).T


def write(path: Path, columns: dict[str, list[Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))  # None is an empty cell
    return path


LABELS = [["ant", "bee", "cat"], [3, 5, 9], [True, False], [0.0, 1.0]]


@pytest.mark.parametrize("labels", LABELS)
def test_a_classifier_answers_alike_after_loading(tmp_path: Path, labels: list[Any]) -> None:
    columns = table()
    y = np.array(labels)[np.arange(240) % len(labels)]
    model = MLPClassifier(**SMALL, calibrate=True).fit(Frame(columns), y)
    model.save(tmp_path / "model.safetensors")
    again = MLPClassifier.load(tmp_path / "model.safetensors")
    assert again.predict_proba(Frame(columns)) == pytest.approx(model.predict_proba(Frame(columns)), abs=2e-6)
    assert again.predict(Frame(columns)).tolist() == model.predict(Frame(columns)).tolist()
    assert again.classes_.dtype.kind == model.classes_.dtype.kind
    assert list(again.feature_names_in_) == list(columns)
    assert again.preprocessing_report() == model.preprocessing_report()
    again.partial_fit(Frame(columns), y)  # a second use: it goes on


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_regressor_keeps_scale_and_range(tmp_path: Path, dtype: str) -> None:
    columns = table()
    y = 1e4 + 100 * np.array(columns["size"])
    model = MLPRegressor(**SMALL, dtype=dtype).fit(Frame(columns), y)
    model.save(tmp_path)
    far = {**columns, "size": [1e9] * 240}
    again = MLPRegressor.load(tmp_path)
    for X in (columns, far):
        assert again.predict(Frame(X)) == pytest.approx(model.predict(Frame(X)), rel=1e-5)
        assert load_model(tmp_path).predict(X)[:, 0] == pytest.approx(model.predict(Frame(X)), rel=1e-5)
    assert again.predict(Frame(far)).max() <= y.max() * (1 + 1e-6)


def test_the_commands_take_it_with_columns_in_another_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = table()
    y = np.where(np.array(columns["size"]) > 0, "big", "small")
    model = MLPClassifier(**SMALL).fit(Frame(columns), y)
    model.save(tmp_path / "m.safetensors")
    data = write(tmp_path / "new.csv", {"colour": ["pink", *columns["colour"][1:]], "target": y.tolist(), **columns})
    command = ["--model", str(tmp_path / "m.safetensors"), "--json"]
    assert main(["predict", str(data), *command]) == 0
    answered = [answer["class"] for answer in json.loads(capsys.readouterr().out)["predictions"]]
    expected = model.predict(Frame({**columns, "colour": ["pink", *columns["colour"][1:]]}))
    assert answered == expected.tolist()
    assert main(["evaluate", str(tmp_path / "m.safetensors"), "--data", str(data), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["accuracy"] == pytest.approx((expected == y).mean())
    assert main(["explain", str(tmp_path / "m.safetensors"), "--data", str(data)]) == 0
    capsys.readouterr()
    without = write(tmp_path / "without.csv", {"age": columns["age"], "wild": columns["wild"]})
    assert main(["predict", str(without), *command]) == 3
    assert "lacks 'size', 'colour'" in capsys.readouterr().err


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_a_command_reads_numbers_beyond_seven_digits_as_fit_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: type[Any]
) -> None:
    """Times in seconds that float32 takes for one another: near 1.7e9 it has steps of 128."""
    times = 1700000000.25 + np.round(np.random.default_rng(0).random(240) * 600, 2)
    columns = {"time": [None if i % 9 == 0 else float(time) for i, time in enumerate(times)]}
    slow = np.sin((times - times.min()) / 100)
    model = kind(**SMALL).fit(Frame(columns), np.where(slow > 0, "day", "night") if kind is MLPClassifier else slow)
    model.save(tmp_path / "m.safetensors")
    file = write(tmp_path / "new.csv", columns)
    assert main(["predict", str(file), "--model", str(tmp_path / "m.safetensors"), "--top", "2", "--json"]) == 0
    answers = json.loads(capsys.readouterr().out)["predictions"]
    if kind is MLPClassifier:
        found, expected = (
            [answer["probabilities"]["day"] for answer in answers],
            model.predict_proba(Frame(columns))[:, 0],
        )
    else:
        found, expected = [answer["values"][0] for answer in answers], model.predict(Frame(columns))
    assert np.ptp(expected) > 0.1, "it learned something that these steps would hide"
    assert found == pytest.approx(expected, abs=2e-6)
    assert load_model(tmp_path / "m.safetensors").network_output(file) == pytest.approx(
        load_model(tmp_path / "m.safetensors").network_output(columns), abs=0
    )


@pytest.mark.parametrize("kind", EXPORTS)
def test_an_export_keeps_all_digits_or_names_the_column_that_needs_them(tmp_path: Path, kind: str) -> None:
    rng = np.random.default_rng(0)
    columns = {"size": rng.normal(size=240).tolist(), "time": (1.7e9 + 600 * rng.random(240)).round(2).tolist()}
    columns["time"][5] = None
    slow = np.sin(np.nan_to_num(np.array(columns["time"], dtype=float), nan=1.7e9) / 100)
    model = MLPRegressor(**SMALL).fit(Frame(columns), slow).to_model()
    assert model.table is not None
    raw = apply_schema(model.table, read_new(columns, model.table)).inputs
    found = verify(kind, EXPORTS[kind](inference_model(model)), model, raw)
    if found.run_by is None:
        pytest.skip(f"nothing here runs an export to {kind}")
    if kind in ("js", "python"):
        assert (found.n_mismatches, found.coarse_inputs) == (0, ())
        assert found.max_abs_error < 1e-5
    else:
        assert found.coarse_inputs == ("time",)
        told = "it takes float32, and 'time' has more digits than that. Subtract a constant from that column"
        with pytest.raises(SystemResourceError, match=told):
            require_match(found, "the export")


def test_a_regressor_of_counts_is_loaded_as_one(tmp_path: Path) -> None:
    columns = table()
    y = np.floor(1000 * np.exp(np.array(columns["size"])))
    model = MLPRegressor(**SMALL, loss="poisson", activation="mish").fit(Frame(columns), y)
    model.save(tmp_path)
    again = MLPRegressor.load(tmp_path)
    assert (again.loss, again.activation) == ("poisson", "mish")
    assert again.predict(Frame(columns)) == pytest.approx(model.predict(Frame(columns)), rel=1e-5)
    assert load_model(tmp_path).predict(columns)[:, 0] == pytest.approx(model.predict(Frame(columns)), rel=1e-5)
    again.partial_fit(Frame(columns), y)


@pytest.mark.parametrize("kind", ["c", "js", "python", "onnx"])
def test_every_export_of_counts_answers_alike(kind: str) -> None:
    columns = table()
    y = np.floor(100 * np.exp(np.array(columns["size"])))
    plain = MLPRegressor(**SMALL, loss="poisson", activation="selu").fit(Frame(columns), y).to_model()
    found = verify(kind, EXPORTS[kind](inference_model(plain)), plain, plain.inputs(columns))
    if found.run_by is None:
        pytest.skip(f"nothing here runs {kind}")
    assert found.n_mismatches == 0


@pytest.mark.parametrize("kind", ["c", "js", "python", "onnx"])
@pytest.mark.parametrize("is_classes", [True, False])
def test_every_export_answers_alike(tmp_path: Path, kind: str, is_classes: bool) -> None:
    columns = table()
    size = np.array(columns["size"])
    model = (
        MLPClassifier(**SMALL).fit(Frame(columns), size > 0)
        if is_classes
        else MLPRegressor(**SMALL).fit(Frame(columns), 100 * size)
    )
    plain = model.to_model()
    raw = plain.inputs({**columns, "size": [1e6, *columns["size"][1:]]})
    assert raw.shape == (240, 2 + 1 + 1 + 3)
    found = verify(kind, EXPORTS[kind](inference_model(plain)), plain, raw)
    if found.run_by is None:
        pytest.skip(f"nothing here runs {kind}")
    assert found.n_mismatches == 0
    assert found.max_abs_error < 1e-3
    if kind != "onnx":
        model.export(kind, tmp_path / "out")
        assert (tmp_path / "out").stat().st_size > 1000


@pytest.mark.parametrize("kind", ["c", "js", "python", "onnx"])
@pytest.mark.parametrize("word", ["pbld", "pl", "pwl"])
@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_an_export_embeds_the_numbers_of_a_table(estimator: Any, word: str, kind: str) -> None:
    columns = table()
    size = np.array(columns["size"])
    settings = {**SMALL, "numerical_embedding": word, "activation": "parametric_mish", "scaled_inputs": True}
    model = estimator(**settings).fit(Frame(columns), size > 0 if estimator is MLPClassifier else np.sin(4 * size))
    plain = model.to_model()
    raw = plain.inputs({**columns, "size": [1e6, *columns["size"][1:]]})  # every ninth age is missing
    found = verify(kind, EXPORTS[kind](inference_model(plain)), plain, raw)
    if found.run_by is None:
        pytest.skip(f"nothing here runs {kind}")
    assert (found.n, found.n_mismatches) == (240, 0)
    assert found.max_abs_error < 2e-5


@pytest.mark.parametrize("kind", ["python", "onnx"])
def test_the_command_exports_an_embedding(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if kind == "onnx":
        pytest.importorskip("onnx")
    columns = table()
    y = np.where(np.array(columns["size"]) > 0, "big", "small")
    MLPClassifier(**SMALL, numerical_embedding="pwl").fit(Frame(columns), y).save(tmp_path / "m.safetensors")
    data = write(tmp_path / "new.csv", columns)
    command = [str(tmp_path / "m.py"), "--model", str(tmp_path / "m.safetensors"), "--data", str(data)]
    assert main(["export", kind, *command]) == 0
    assert "240 of 240 examples get the same class" in " ".join(capsys.readouterr().out.split())


def run_export(kind: str, model: Any, path: Path, cells: str) -> list[float]:
    """Return what an export says to numbers written in its own language."""
    file = path / {"js": "m.mjs", "python": "m.py", "c": "m.h"}[kind]
    model.export(kind, file)
    if kind == "python":
        code, command = f"import m; print(*m.answer([{cells}]))", [sys.executable]
        (path / "main").write_text(code)
    elif kind == "js":
        (path / "main.mjs").write_text(f'import {{ answer }} from "./m.mjs"; console.log(answer([{cells}]).join(" "));')
        command = ["node"]
    else:
        (path / "main.c").write_text(
            f'#include <stdio.h>\n#include "m.h"\nint main(void) {{ float x[] = {{{cells}}}, y[2];'
            f'return m_answer(x, 6, y) || printf("%.9g %.9g", y[0], y[1]) < 1; }}'
        )
        subprocess.run(["cc", "-std=c99", "main.c", "-o", "main", "-lm"], cwd=path, check=True)
        command = []
    place = {"python": "main", "js": "main.mjs", "c": str(path / "main")}[kind]
    done = subprocess.run([*command, place], cwd=path, check=True, capture_output=True, text=True)
    return [float(word) for word in done.stdout.split()]


@pytest.mark.parametrize(("kind", "gap"), [("c", "NAN"), ("js", "NaN"), ("python", "float('nan')")])
def test_an_export_sees_by_itself_what_is_missing(tmp_path: Path, kind: str, gap: str) -> None:
    if shutil.which({"c": "cc", "js": "node", "python": sys.executable}[kind]) is None:
        pytest.skip(f"nothing here runs {kind}")
    columns = table()
    gone = np.array([age is None for age in columns["age"]])
    model = MLPClassifier((8,), max_iter=60, random_state=0).fit(Frame(columns), gone)  # what is missing is the answer
    shares = []
    for age, known in ((gap, None), ("30", 30.0)):
        row: dict[str, list[Any]] = {"age": [known], "size": [0.5], "wild": ["True"], "colour": ["green"]}
        expected = model.predict_proba(Frame(row))[0]
        said = run_export(kind, model, tmp_path, f"{age}, 0.5, 1, 0, 1, 0")  # six numbers, none says what is missing
        assert said == pytest.approx(expected, abs=1e-5)
        shares.append(said[1])
    assert shares[0] > shares[1] + 0.2


def test_what_a_file_cannot_hold_is_refused(tmp_path: Path) -> None:
    X, y = rows(table()), np.arange(240) % 2
    with pytest.raises(OptionError, match="ensemble of 2"):
        MLPClassifier(**SMALL, n_ensemble=2).fit(X, y).save(tmp_path / "m")
    with pytest.raises(OptionError, match="several"):
        MLPClassifier(**SMALL).fit(X, np.column_stack([y, 1 - y])).save(tmp_path / "m")
    with pytest.raises(OptionError, match="unknown kind"):
        MLPClassifier(**SMALL).fit(X, y).export("excel", tmp_path / "m")
    assert not (tmp_path / "m").exists()


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    X, y = rows(table()), np.arange(240) % 2
    MLPClassifier(**SMALL).fit(X, y).save(tmp_path / "m")
    with pytest.raises(OptionError, match=r"Use MLPClassifier\.load"):
        MLPRegressor.load(tmp_path / "m")
    with pytest.raises(Exception, match="not fitted yet"):
        MLPClassifier().save(tmp_path / "n")


def test_a_csv_training_is_an_estimator(tmp_path: Path) -> None:
    columns = table()
    y = np.where(np.array(columns["size"]) > 0, "big", "small").tolist()
    data = write(tmp_path / "pets.csv", {**columns, "kind": y})
    assert main(["train", "--data", str(data), "--epochs", "3", "--runs", str(tmp_path / "runs"), "-q"]) == 0
    place = tmp_path / "runs" / "pets-1"
    model = MLPClassifier.load(place)
    said = load_model(place).predict_proba(columns)
    assert model.predict_proba(Frame(columns)) == pytest.approx(said, abs=1e-5)
    assert model.classes_.tolist() == ["big", "small"]


def test_limits_and_kinds_of_labels_are_checked(tmp_path: Path) -> None:
    model = MLPRegressor(**SMALL).fit(rows(table()), np.arange(240.0)).to_model()
    assert model.limits == ((0.0, 239.0),)
    with pytest.raises(Exception, match="limits"):
        Model(model.network, model.preparation, Output.REGRESSION, limits=((0.0, 1.0), (0.0, 1.0)))


def test_loading_needs_no_scikit_learn(tmp_path: Path) -> None:
    MLPClassifier(**SMALL).fit(rows(table()), np.arange(240) % 2).save(tmp_path / "m")
    code = f"import sys; from byhand.estimators import MLPClassifier as M; M.load({str(tmp_path / 'm')!r})\n"
    subprocess.run([sys.executable, "-c", code + "assert 'sklearn' not in sys.modules"], check=True)


@pytest.mark.parametrize(
    "options",
    [{"batch_norm": True}, {"activation": "tanh"}, {"numerical_embedding": "pl"}, {"scaled_inputs": True}],
    ids=str,
)
def test_a_warm_start_goes_on_with_a_loaded_network(options: dict[str, Any], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = X[:, 0] > 0
    model = MLPClassifier((8,), max_iter=2, random_state=0, **options).fit(X, y)
    model.save(tmp_path / "model.safetensors")
    again = MLPClassifier.load(tmp_path / "model.safetensors").set_params(warm_start=True, max_iter=1)
    before = again.networks_[0]
    assert again.fit(X, y).networks_[0] is before
