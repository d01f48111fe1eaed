"""Pictures in folders by class, through the verbs: a model reads every picture as it read its training pictures."""

from pathlib import Path

import numpy as np
import pytest
from cli_runner import byhand

from byhand.persistence.model import load_model

Image = pytest.importorskip("PIL.Image", reason="pictures need Pillow")

COLORS = {"red": (200, 30, 30), "green": (30, 120, 30)}


def stripes(direction: str, rng: np.random.Generator) -> np.ndarray:
    """Return 12×12 grey values: dark stripes on a light ground, upright or flat."""
    pixels = 230 + rng.integers(0, 20, (12, 12))
    at = int(rng.integers(3, 8))
    pixels[:, at : at + 2] = 40
    return (pixels if direction == "upright" else pixels.T).astype(np.uint8)


def write_folder(root: Path, n: int = 20, seed: int = 0) -> Path:
    rng = np.random.default_rng(seed)
    for kind in ("flat", "upright"):
        (root / kind).mkdir(parents=True)
        for i in range(n):
            Image.fromarray(stripes(kind, rng)).save(root / kind / f"{i:02}.png")
    return root


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the run of a network trained on 40 dark-on-light pictures."""
    root = tmp_path_factory.mktemp("folders")
    done = byhand("train", "--data", write_folder(root / "stripes"), "--runs", root)
    assert done.code == 0, done.err
    assert "stripes: 40 pictures in 2 folders, one per class, read as 12×12 pixels" in done.err
    return root / "stripes-1"


def test_a_model_reads_new_pictures_as_it_read_its_own(run: Path, tmp_path: Path) -> None:
    new = write_folder(tmp_path / "new", n=10, seed=1)
    done = byhand("evaluate", run, "--data", new, "--json")
    assert (done.code, done.json["n"]) == (0, 20)
    assert done.json["accuracy"] >= 0.9
    files = sorted(new.glob("*/*.png"))
    answers = byhand("predict", *files, "--model", run, "--json").json["predictions"]
    right = [Path(answer["file"]).parent.name == answer["class"] for answer in answers]
    assert np.mean(right) == pytest.approx(done.json["accuracy"]), "predict and evaluate prepare alike"


def test_of_its_own_folder_the_test_pictures_are_evaluated(run: Path) -> None:
    done = byhand("evaluate", run, "--data", run.parent / "stripes", "--json")
    assert done.json["n"] == 8, "a fifth of each class"


def test_influence_is_that_of_the_training_pictures(run: Path, tmp_path: Path) -> None:
    found = byhand("explain", run, "--data", run.parent / "stripes", "--influence", "40", "--json").json["influence"]
    assert found["n_train"] == 32, "the others are the test pictures"
    for one in found["supporters"] + found["opponents"]:
        assert (run.parent / "stripes" / one["place"]).is_file()
        assert one["place"].startswith(one["class"])
    done = byhand("explain", run, "--data", write_folder(tmp_path / "new", seed=3), "--influence", "3")
    assert (done.code, "is not the folder that the model was trained on" in " ".join(done.err.split())) == (2, True)


def test_a_folder_without_one_class_keeps_the_models_numbers(run: Path, tmp_path: Path) -> None:
    new = write_folder(tmp_path / "new", n=10, seed=2)
    for file in (new / "flat").iterdir():
        file.unlink()
    done = byhand("evaluate", run, "--data", new, "--json")
    assert done.json["n"] == 10
    assert done.json["accuracy"] >= 0.8
    (new / "flat").rename(new / "slanted")
    Image.new("L", (12, 12)).save(new / "slanted" / "1.png")
    assert "'slanted', which is not a class of the model" in byhand("evaluate", run, "--data", new).err


def test_how_pictures_are_read_is_in_the_file(run: Path) -> None:
    image = load_model(run).image
    assert image is not None
    assert (image.preprocessing, len(image.fingerprint)) == ("none", 16)


def test_another_size_is_resized_for_a_model_and_asked_for_in_training(run: Path, tmp_path: Path) -> None:
    new = write_folder(tmp_path / "new", n=3, seed=3)
    large = new / "upright" / "large.png"
    Image.open(new / "upright" / "00.png").resize((48, 48), Image.Resampling.NEAREST).save(large)
    small, big = byhand("predict", new / "upright" / "00.png", large, "--model", run, "--json").json["predictions"]
    assert small["probabilities"] == pytest.approx(big["probabilities"], rel=1e-4), "means of 4×4 equal pixels"
    done = byhand("train", "--data", new, "--runs", tmp_path)
    assert done.code == 3
    assert "large.png has 48×48 pixels, and the first picture 12×12" in done.err
    assert "--image-size" in done.err
    assert byhand("train", "--data", new, "--runs", tmp_path, "--image-size", "6", "--epochs", "1").code == 0
    assert load_model(tmp_path / "new-1").image_shape == (6, 6)
    assert byhand("train", "--data", new, "--runs", tmp_path, "--image-size", "100000").code == 2


def test_colour_becomes_luminance_and_is_said(tmp_path: Path) -> None:
    for kind, color in COLORS.items():
        (tmp_path / "c" / kind).mkdir(parents=True)
        for i in range(5):
            Image.new("RGB", (4, 4), tuple(part + i for part in color)).save(tmp_path / "c" / kind / f"{i}.png")
    done = byhand("train", "--data", tmp_path / "c", "--runs", tmp_path, "--epochs", "1")
    assert "10 of 10 pictures are in colour: their luminance is taken" in done.err


def test_what_cannot_be_read_is_told_all_at_once(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "bad", n=3)
    for name in ("a.png", "b.jpg"):
        (folder / "flat" / name).write_text("no picture")
    (folder / "flat" / "notes.txt").write_text("not looked at")
    done = byhand("train", "--data", folder, "--runs", tmp_path)
    assert done.code == 3
    assert "a.png is not a picture" in done.err
    assert "b.jpg is not a picture" in done.err
    (tmp_path / "empty" / "cat").mkdir(parents=True)
    assert "no folder with pictures" in byhand("train", "--data", tmp_path / "empty").err


def test_pictures_can_be_prepared_as_mnists(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "d", n=4)
    flags = ("--image-preprocessing", "mnist", "--epochs", "1")
    assert byhand("train", "--data", folder, "--runs", tmp_path, *flags).code == 0
    model = load_model(tmp_path / "d-1")
    assert (model.image_shape, model.image and model.image.preprocessing) == ((28, 28), "mnist")


def test_idx_files_of_dark_on_light_pictures_are_not_inverted(tmp_path: Path) -> None:
    from byhand.data.idx import write_idx

    rng = np.random.default_rng(0)
    kinds = ["flat", "upright"] * 40
    pixels = np.stack([stripes(kind, rng) for kind in kinds])
    labels = np.array([0, 1] * 40, dtype=np.uint8)
    for name in ("train", "t10k"):
        write_idx(tmp_path / f"{name}-images-idx3-ubyte", pixels)
        write_idx(tmp_path / f"{name}-labels-idx1-ubyte", labels)
    flags = ("--epochs", "40", "--batch-size", "8", "--learning-rate", "0.05")
    done = byhand("train", "vanilla", "--data", tmp_path, "--runs", tmp_path, *flags)
    assert done.code == 0, done.err
    for i in range(10):
        Image.fromarray(pixels[i]).save(tmp_path / f"{i}.png")
    files = [tmp_path / f"{i}.png" for i in range(10)]
    answers = byhand("predict", *files, "--model", tmp_path / "vanilla-1", "--json").json["predictions"]
    assert [answer["class"] for answer in answers] == [str(label) for label in labels[:10]]
