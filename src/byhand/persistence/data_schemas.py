"""The schemas of tables and of image folders as plain data, and back, with a limit on everything in them."""

from dataclasses import asdict
from typing import Any

from byhand.data.image_schema import PREPROCESSINGS, ImageSchema
from byhand.data.tables.options import MISSING, TableOptions
from byhand.data.tables.schema import FILLING, MAX_CATEGORIES, Column, TableSchema
from byhand.persistence.schema import Reader, integer, label, list_of, object_of, one_of, optional, real, short_repr

MAX_COLUMNS = 100_000
LARGEST = 3.5e38  # of a mean: what float32 holds
NEWER = ("has_other", "signed", "has_indicator")  # flags of a column, new in version 4


def plain_schema(schema: TableSchema | ImageSchema) -> dict[str, Any]:
    """Return a schema as plain data; the columns in the form of version 2 where that is enough."""
    plain = asdict(schema)
    for column in plain.get("columns", ()):
        for name in NEWER:
            if not column[name]:
                del column[name]
    return plain


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} is {short_repr(value)}; expected true or false")
    return value


_COLUMN: dict[str, Reader] = {
    "name": label,
    "categories": list_of(label),
    "means": optional(list_of(real(-LARGEST, LARGEST))),
}


def _column(name: str, value: Any) -> dict[str, Any]:
    """Read a column; each of the newer flags may be absent."""
    flags = {flag: _flag for flag in NEWER if isinstance(value, dict) and flag in value}
    fields: dict[str, Any] = object_of({**_COLUMN, **flags})(name, value)
    return fields


def is_newer(schema: TableSchema) -> bool:
    """Does the schema need a reader newer than version 3?"""
    return schema.missing == "indicator" or any(getattr(c, name) for c in schema.columns for name in NEWER)


_image_schema: Reader = object_of(
    {
        "preprocessing": one_of(*PREPROCESSINGS),
        "test_share": real(0, 1),
        "seed": integer(0, 2**64 - 1),
        "fingerprint": label,
    }
)
_table_schema: Reader = object_of(
    {
        "columns": list_of(_column),
        "target": label,
        "has_header": _flag,
        "decimal": one_of(".", ","),
        "encoding": label,
        "missing_values": list_of(label),
        "missing": one_of(*MISSING),
        "test_share": real(0, 1),
        "seed": integer(0, 2**64 - 1),
        "fingerprint": label,
    }
)


def read_table_schema(name: str, value: Any) -> TableSchema:
    """Read a schema whose columns have names of their own and as many means as inputs."""
    fields = _table_schema(name, _as_lists(value))
    columns = tuple(
        Column(
            column["name"],
            tuple(column["categories"]),
            None if column["means"] is None else tuple(column["means"]),
            **{flag: column[flag] for flag in NEWER if flag in column},
        )
        for column in fields["columns"]
    )
    names = [column.name for column in columns]
    if not 0 < len(columns) <= MAX_COLUMNS or len(set(names)) != len(names):
        raise ValueError(f"{name} has {len(columns):,} columns; expected 1 to {MAX_COLUMNS:,} of different names")
    for column in columns:
        if len(column.categories) > MAX_CATEGORIES or len(set(column.categories)) != len(column.categories):
            raise ValueError(
                f"{name} has a column of {len(column.categories):,} categories; expected 50 different ones"
            )
        if (fields["missing"] in FILLING) != (column.means is not None) or (
            column.means is not None and len(column.means) != column.n_inputs
        ):
            raise ValueError(f"{name} has a column with other means than inputs")
        if column.signed and (len(column.categories) != 2 or column.has_other):
            raise ValueError(f"{name} has a signed column of {len(column.categories):,} categories; expected 2")
        if (column.categories and column.has_indicator) or (column.has_other and not column.categories):
            raise ValueError(f"{name} has a column of numbers with what belongs to categories, or the reverse")
    TableOptions(encoding=fields["encoding"])  # raises unless this is a text encoding
    return TableSchema(**{**fields, "columns": columns, "missing_values": tuple(fields["missing_values"])})


def read_image_schema(name: str, value: Any) -> ImageSchema:
    """Read a schema."""
    return ImageSchema(**_image_schema(name, value))


def _as_lists(value: Any) -> Any:
    """Return plain data with lists for tuples: it is validated before JSON would make lists of them."""
    if isinstance(value, dict):
        return {key: _as_lists(inner) for key, inner in value.items()}
    return [_as_lists(inner) for inner in value] if isinstance(value, list | tuple) else value
