"""TensorBoard's event files, written without TensorBoard: scalars only.

A file is a sequence of records; each is a protocol buffer, an Event, in the frame of TFRecord:

    uint64 length | uint32 masked CRC of length | data | uint32 masked CRC of data          little-endian

    Event   { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; }
    Summary { repeated Value value = 1; }    Value { string tag = 1; float simple_value = 2; }

The CRC is CRC-32C (Castagnoli), masked as rotate-right(crc, 15) + 0xa282ead8. The first event names the version.
Source: tensorflow/core/util/event.proto, framework/summary.proto and lib/io/record_writer.
"""

import os
import struct
import time
from itertools import count
from pathlib import Path
from typing import Any

from byhand.errors import SystemResourceError
from byhand.files import append_bytes
from byhand.loggers.base import scalars
from byhand.training.history import EpochRecord

VERSION = b"brain.Event:2"
POLYNOMIAL = 0x82F63B78  # of CRC-32C, its bits reversed
MASK = 0xA282EAD8
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # wire types of protocol buffers


def _crc_table() -> list[int]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ (POLYNOMIAL if crc & 1 else 0)
        table.append(crc)
    return table


_TABLE = _crc_table()


def crc32c(data: bytes) -> int:
    """Return the CRC-32C of data.

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def masked_crc(data: bytes) -> int:
    """Return the CRC as it stands in a record."""
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + MASK) & 0xFFFFFFFF


def frame(data: bytes) -> bytes:
    """Return data as one record."""
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data))


def _varint(number: int) -> bytes:
    """Return a number from 0 on, seven bits a byte, the lowest first."""
    low = bytearray()
    while number > 0x7F:
        low.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*low, number])


def _field(number: int, kind: int, value: bytes) -> bytes:
    head = _varint(number << 3 | kind)
    return head + _varint(len(value)) + value if kind == BYTES else head + value


def scalar_event(step: int, values: dict[str, float], wall_time: float) -> bytes:
    """Return the Event with these scalars."""
    summary = b"".join(
        _field(1, BYTES, _field(1, BYTES, tag.encode()) + _field(2, FIXED32, struct.pack("<f", value)))
        for tag, value in values.items()
    )
    head = _field(1, FIXED64, struct.pack("<d", wall_time)) + _field(2, VARINT, _varint(step))
    return head + _field(5, BYTES, summary)


class TensorBoardLogger:
    """Writes a run's scalars into an event file, an event an epoch, in a new folder: `folder`/name, name-2 …

    TensorBoard draws all files of a folder as one curve, so that two runs need two.

    tensorboard --logdir FOLDER shows them, also while they are written.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self._file: Path | None = None
        self._step = 0

    def start(self, name: str, settings: dict[str, Any]) -> None:
        """Make the event file; SystemResourceError where it cannot be made."""
        folder, now = self._new_folder(name), time.time()
        self._file = folder / f"events.out.tfevents.{int(now)}.byhand.{os.getpid()}.{time.time_ns()}"
        self._write(_field(1, FIXED64, struct.pack("<d", now)) + _field(3, BYTES, VERSION))

    def _new_folder(self, name: str) -> Path:
        """Make the first folder of name, name-2, name-3 … that does not exist."""
        for number in count(1):
            folder = self.folder / (name if number == 1 else f"{name}-{number}")
            try:
                folder.mkdir(parents=True)
            except FileExistsError:
                continue
            except OSError as error:
                raise SystemResourceError(f"cannot write in {folder}: {error.strerror}; name another folder") from error
            return folder
        raise AssertionError

    def epoch(self, record: EpochRecord) -> None:
        """Write an epoch's scalars."""
        self._step = record.epoch
        self._write(scalar_event(record.epoch, scalars(record), time.time()))

    def end(self, summary: dict[str, float], files: list[Path]) -> None:
        """Write the final figures."""
        if summary:
            self._write(scalar_event(self._step, {f"final/{name}": v for name, v in summary.items()}, time.time()))

    def _write(self, event: bytes) -> None:
        """Append a record in one write: a reader sees it at once, and no epoch waits for the disk."""
        if self._file is None:
            raise SystemResourceError("the TensorBoard logger was not started; call start(name, settings) first")
        append_bytes(self._file, frame(event))
