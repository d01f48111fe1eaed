"""How a model reads pictures as plain data, and back, with a bound for everything in it."""

from dataclasses import asdict
from typing import Any

from byhand.data.image_schema import PREPROCESSINGS, ImageSchema
from byhand.persistence.schema import Reader, label, number, one_of, record, whole

_schema: Reader = record(
    {
        "preprocessing": one_of(*PREPROCESSINGS),
        "test_share": number(0, 1),
        "seed": whole(0, 2**64 - 1),
        "fingerprint": label,
    }
)


def plain_image_schema(schema: ImageSchema) -> dict[str, Any]:
    """Return a schema as plain data."""
    return asdict(schema)


def read_image_schema(name: str, value: Any) -> ImageSchema:
    """Read a schema."""
    return ImageSchema(**_schema(name, value))
