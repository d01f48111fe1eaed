"""Rows of cells in little memory: of each column, 4,096 cells are one text with separators between them.

A Python string of eight characters takes 57 bytes, and its place in a list eight more; packed, it takes nine.
"""

from array import array
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TypeAlias, overload

CHUNK = 4096  # rows
SEPARATOR = "\x1f"  # the unit separator of ASCII; cells that hold one stay as they are

Packed: TypeAlias = str | tuple[str, ...]


class PackedRows(Sequence[list[str]]):
    """Rows of n_columns cells each, given once and in order.

    misfits : the rows that have more or fewer cells, by number
    """

    def __init__(self, n_columns: int, rows: Iterable[Sequence[str]]) -> None:
        self.n_columns = n_columns
        self.misfits: dict[int, list[str]] = {}
        self._chunks: list[list[Packed]] = []  # one text per column; none where the chunk is kept as it is
        self._unpacked: dict[int, list[list[str]]] = {}  # chunks with misfits: filled up they could be of any size
        self._sizes = array("q")
        self._open: tuple[int, list[list[str]]] = (-1, [])  # the chunk that was looked at last, and its rows
        source = iter(rows)
        while chunk := list(islice(source, CHUNK)):
            self._append(chunk)

    def _append(self, chunk: list[Sequence[str]]) -> None:
        start = len(self)
        misfits = {start + i: list(row) for i, row in enumerate(chunk) if len(row) != self.n_columns}
        if misfits:
            self.misfits |= misfits
            self._unpacked[len(self._chunks)] = [list(row) for row in chunk]
        self._chunks.append([] if misfits else [_pack(cells) for cells in zip(*chunk, strict=True)])
        self._sizes.append(len(chunk))

    def __len__(self) -> int:
        return (len(self._sizes) - 1) * CHUNK + self._sizes[-1] if self._sizes else 0

    @overload
    def __getitem__(self, i: int) -> list[str]: ...
    @overload
    def __getitem__(self, i: slice) -> list[list[str]]: ...
    def __getitem__(self, i: int | slice) -> list[str] | list[list[str]]:
        if isinstance(i, slice):
            return [self[j] for j in range(*i.indices(len(self)))]
        if not 0 <= i < len(self):
            raise IndexError(i)
        return self._rows_of(i // CHUNK)[i % CHUNK]

    def _rows_of(self, number: int) -> list[list[str]]:
        if number in self._unpacked:
            return self._unpacked[number]
        if self._open[0] != number:
            columns = [_unpack(packed) for packed in self._chunks[number]]
            self._open = number, [list(row) for row in zip(*columns, strict=True)]
        return self._open[1]

    def column(self, at: int) -> list[str]:
        """Return the cells of one column; empty ones where a row is too short."""
        return [cell for number in range(len(self._chunks)) for cell in self._cells(number, at)]

    def _cells(self, number: int, at: int) -> Sequence[str]:
        if number in self._unpacked:
            return [row[at] if at < len(row) else "" for row in self._unpacked[number]]
        return _unpack(self._chunks[number][at])


def _pack(cells: tuple[str, ...]) -> Packed:
    packed = SEPARATOR.join(cells)
    return packed if packed.count(SEPARATOR) == len(cells) - 1 else cells


def _unpack(packed: Packed) -> Sequence[str]:
    return packed.split(SEPARATOR) if isinstance(packed, str) else packed
