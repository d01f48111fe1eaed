"""The model that the page opens: its name and the bytes of its file, which are checked to be a model."""

from dataclasses import dataclass
from pathlib import Path

from byhand.files import read_bytes_limited
from byhand.lab.responses import Content
from byhand.persistence.model import FILE_NAME, load_model
from byhand.persistence.safetensors_io import MAX_FILE
from byhand.untrusted import UntrustedText


@dataclass(frozen=True, eq=False)
class SavedModel:
    """name : of its run folder or file, for people   content : the file"""

    name: str
    content: Content


def saved_model(place: Path) -> SavedModel:
    """Return the model of a file or a run folder. Raises what load_model raises."""
    load_model(place)
    file = place / FILE_NAME if place.is_dir() else place
    folder = file.resolve().parent
    name = folder.name if file.name == FILE_NAME else file.stem
    data = read_bytes_limited(file, "a model file", MAX_FILE)
    return SavedModel(UntrustedText(name).for_json(), Content(memoryview(data), "application/octet-stream", "no-cache"))
