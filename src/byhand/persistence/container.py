"""The envelope of every byhand file: format name and version, the writing program, and a digest.

The file is safetensors with one entry of metadata, a JSON object, and in that a SHA-256 over the rest of it and all
arrays. A file with a changed byte is refused, unless the change means nothing. Equal documents make equal bytes.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from byhand._version import __version__
from byhand.arrays import Params
from byhand.errors import OptionError
from byhand.persistence.safetensors_io import Contents, error_context, read_tensors, write_tensors
from byhand.persistence.schema import Reader, integer, object_of, parse_json, plain_object, short_repr, string

ENTRY = "byhand"  # name of the metadata entry
DIGEST = "sha256"  # name of its field

_envelope: Reader = object_of(
    {"format": string, "version": integer(1, 1 << 31), "written_by": string, "body": plain_object, DIGEST: string}
)


@dataclass(frozen=True)
class Format:
    """A kind of file.

    name : "byhand model"
    version : raised when a reader of the previous version could no longer understand the file
    body : validates the plain data, before writing too, so that every written file can be read
    """

    name: str
    version: int
    body: Reader


@dataclass(frozen=True, eq=False)
class Document:
    """body : plain data to be written, or what the format's reader made of it   arrays : name → array."""

    body: dict[str, Any]
    arrays: Params


def write_document(path: Path, form: Format, document: Document) -> None:
    """Write a document to a file, whole or not at all.

    Raises OptionError if the body is too large or not the plain data that the format's reader accepts,
    SystemResourceError if it cannot be written.
    """
    envelope = {"format": form.name, "version": form.version, "written_by": __version__, "body": document.body}
    with error_context(path, "written", OptionError):
        form.body("its description", document.body)
        said = _json({**envelope, DIGEST: _digest(_json(envelope), document.arrays)})
    write_tensors(path, document.arrays, {ENTRY: said})


def read_document(path: Path, form: Format) -> Document:
    """Return the document in a file of this format.

    Raises DataError if there is no file, ModelFormatError if it is another, newer or damaged one.
    """
    contents = read_tensors(path)
    with error_context(path):
        body = _checked_body(contents, form)
    return Document(body, contents.arrays)


def _checked_body(contents: Contents, form: Format) -> dict[str, Any]:
    """Return the body, or raise ValueError."""
    if ENTRY not in contents.metadata:
        raise ValueError(f"it was not written by byhand; expected a {form.name}")
    envelope = _envelope("its description", parse_json(contents.metadata[ENTRY]))
    if envelope["format"] != form.name:
        raise ValueError(f"it is a {short_repr(envelope['format'])}; expected a {form.name!r}")
    if envelope["version"] > form.version:
        raise ValueError(
            f"it was written by byhand {short_repr(envelope['written_by'])} in version {envelope['version']} of the "
            f"format and this byhand {__version__} reads up to version {form.version}; update byhand"
        )
    if envelope.pop(DIGEST) != _digest(_json(envelope), contents.arrays):
        raise ValueError("it is damaged, its contents do not have the digest saved with them; take another copy")
    body: dict[str, Any] = form.body("its description", envelope["body"])
    return body


def _json(value: object) -> str:
    """Return plain data as JSON that parse_json accepts, ASCII only; raise ValueError for anything else."""
    try:
        said = json.dumps(value)
    except (TypeError, RecursionError) as error:
        raise ValueError(f"something in it is not plain data ({error})") from error
    parse_json(said)
    return said


def _digest(said: str, arrays: Params) -> str:
    """Return the SHA-256 of the text and of every array's name, type, shape and bytes, in the order of the names."""
    digest = hashlib.sha256(said.encode())
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"\n{name} {array.dtype.name} {array.shape}\n".encode())
        digest.update(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())  # as in the file
    return digest.hexdigest()
