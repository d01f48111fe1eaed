"""A history in a notebook is a table of its own numbers."""

from byhand.training.history import EpochRecord, History


def test_a_row_an_epoch_and_no_empty_column() -> None:
    history = History(
        [EpochRecord(1, 0.51239, 0.75, None, None, 0.1, 2.0), EpochRecord(2, 0.25, 0.5, None, None, 0.1, 2.0)]
    )
    html = history._repr_html_()
    assert html.count("<tr>") == 3
    assert "<td>0.5124</td><td>0.75</td>" in html
    assert "val_loss" not in html
    assert History()._repr_html_() == "<table><tr></tr></table>"
