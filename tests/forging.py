"""Lies with the right digest: files whose contents are changed and signed again, as whoever writes a file can."""

import json

from hypothesis import strategies as st

from byhand.persistence.container import Document, Format, read_document, write_document
from byhand.persistence.model import FORMAT

ANYTHING_GOES = Format(FORMAT.name, FORMAT.version, lambda name, value: value)  # writes what the real one would refuse

NASTY = st.sampled_from(
    [None, True, 0, -1, 1, 2, 10**6, 10**9, 10**400, 0.5, -0.0, 1e308, float("inf"), float("nan"), "", "relu", "dense",
     "residual", "__class__", "os.system", "\ud800", "\x1b[2J", [], {}, [[]], [{}], {"kind": "relu"},
     [{"kind": "residual", "inner": [{"kind": "dropout", "rate": 0.5}]}]]
)  # fmt: skip


def places(value, path=()):
    """Yield the path of every field and entry in plain data."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key)
        yield from places(inner, (*path, key))


def with_change(body, path, change, value):
    """Return the body with one place replaced, removed, or added to."""
    body = json.loads(json.dumps(body))
    parent = body
    for key in path[:-1]:
        parent = parent[key]
    if change == "replace":
        parent[path[-1]] = value
    elif change == "remove":
        del parent[path[-1]]
    elif isinstance(parent, list):
        parent.insert(path[-1], value)
    else:
        parent[f"{path[-1]}_"] = value
    return body


def plain_body(path):
    return json.loads(json.dumps(read_document(path, ANYTHING_GOES).body))


def forge(path, body, arrays):
    write_document(path, ANYTHING_GOES, Document(body, arrays))
