"""What a network's numbers mean."""

import numpy as np
import pytest

from byhand.layers.sigmoid import sigmoid
from byhand.losses import LOSSES
from byhand.metrics import predict_labels
from byhand.network import Network
from byhand.persistence.output import Output, class_scores, output_for, output_labels

MANY = np.array([[1.0, 3.0, 2.0], [5.0, 5.0, -1.0], [-800.0, 0.0, 800.0]])
ONE = np.array([[-2.0], [0.0], [0.3], [900.0], [-900.0]])


@pytest.mark.parametrize(
    ("loss", "n_out", "is_classes", "expected"),
    [
        ("softmax_cross_entropy", 10, True, Output.SOFTMAX_LOGITS),
        ("binary_cross_entropy", 1, True, Output.SOFTMAX_LOGITS),
        ("binary_cross_entropy", 10, True, Output.SIGMOID_LOGITS),
        ("squared_error", 10, True, Output.SCORES),
        ("squared_error", 1, False, Output.REGRESSION),
    ],
)
def test_the_loss_decides(loss, n_out, is_classes, expected):
    assert loss in LOSSES
    assert output_for(Network.mlp([2, n_out]), loss, is_classes=is_classes) is expected


def test_probabilities_are_the_softmax_and_sum_to_one():
    p = class_scores(Output.SOFTMAX_LOGITS, MANY)
    assert p[0] == pytest.approx(np.exp([1, 3, 2]) / np.exp([1, 3, 2]).sum())
    assert p.sum(axis=1) == pytest.approx(1)


def test_one_logit_gives_the_pair_of_sigmoids():
    p = class_scores(Output.SOFTMAX_LOGITS, ONE)
    assert p == pytest.approx(np.hstack([sigmoid(-ONE), sigmoid(ONE)]))
    assert p[:2].tolist() == [pytest.approx([0.8807970779778823, 0.11920292202211755]), [0.5, 0.5]]


def test_yes_no_answers_each_for_itself():
    assert class_scores(Output.SIGMOID_LOGITS, MANY) == pytest.approx(sigmoid(MANY))
    assert class_scores(Output.SIGMOID_LOGITS, ONE)[1].tolist() == [0.5, 0.5]


def test_scores_are_left_alone_and_one_score_speaks_for_class_one():
    assert class_scores(Output.SCORES, MANY) is MANY
    assert class_scores(Output.SCORES, np.array([[0.25]])).tolist() == [[0.75, 0.25]]


@pytest.mark.parametrize("output", [Output.SOFTMAX_LOGITS, Output.SIGMOID_LOGITS, Output.SCORES])
def test_the_class_is_the_one_that_evaluation_counts(output):
    assert output_labels(output, MANY).tolist() == predict_labels(MANY).tolist() == [1, 0, 2]
    if output is not Output.SCORES:
        assert output_labels(output, ONE).tolist() == predict_labels(ONE).tolist() == [0, 0, 1, 1, 0]


def test_one_score_is_class_one_above_a_half():
    assert output_labels(Output.SCORES, np.array([[0.4], [0.5], [0.6]])).tolist() == [0, 0, 1]
