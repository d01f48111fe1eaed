"""The log of a training: a row fits its columns whatever the numbers are."""

import pytest

from byhand.cli.common import Reporter
from byhand.cli.log import EpochLog
from byhand.training.history import EpochRecord


@pytest.mark.parametrize(("loss", "shown"), [(0.52961, "0.5296"), (9999.5, "9999.5000"), (2.9761e29, "2.976e+29")])
def test_a_loss_fits_its_column(loss: float, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    log = EpochLog(Reporter(as_json=False, quiet=False, color=False), 5, validates=True, classes=True)
    log.header()
    log.row(EpochRecord(1, loss, 0.1, loss, 0.1, 0.1, 0.3))
    header, row = capsys.readouterr().err.splitlines()
    assert len(row) == len(header)
    assert row.split().count(shown) == 2
