"""Images that teach a classifier, on scikit-learn's handwritten digits."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from envsuite.evolution.search import Search
from envsuite_distill.images import ImageDistillation, ImageDistiller, class_scores

SMALL = {
    "filters": 4,
    "width": 32,
    "steps": 40,
    "learning_rate": 0.2,
    "initialisations": 1,
    "sample": 256,
}


@pytest.fixture(scope="module")
def digits():
    rows, labels = load_digits(return_X_y=True)
    images = np.asarray(rows).reshape(-1, 8, 8) / 16
    return (images[:1200], labels[:1200]), (images[1200:], labels[1200:])


def test_distilled_digits_teach_better_than_the_mean_of_each_class(digits, tmp_path):
    (images, labels), unseen = digits
    search = Search("open-es", 64, 30, 0.03, 0.01, judge_every=15, trials=16)
    distiller = ImageDistiller(search, SMALL)
    made, record = distiller.distil(images, labels, seed=0, folder=tmp_path, progress=False)
    assert made.shape == (10, 8, 8) and record["generations"] == 30
    problem = ImageDistillation(images, labels, **SMALL)
    judged = ImageDistillation(*unseen, **{**SMALL, "sample": 10_000})
    keys = jax.random.split(jax.random.key(1), 8)
    badness = jax.jit(jax.vmap(lambda key, taught: -judged.judge(key, taught, 0), (0, None)))
    means = problem.start(keys[0])
    assert badness(keys, made).mean() < 0.95 * badness(keys, means).mean()
    # and better than another learner does of ten real images, one a class
    first = [int(np.flatnonzero(labels == label)[0]) for label in range(10)]
    few = LogisticRegression(max_iter=500).fit(images[first].reshape(10, -1), labels[first])
    accuracy = np.mean([problem.accuracy(key, made, *unseen) for key in keys])
    assert accuracy > few.score(unseen[0].reshape(len(unseen[0]), -1), unseen[1])


def test_the_network_is_that_of_torch(digits):
    import torch

    (images, labels), _ = digits
    problem = ImageDistillation(images, labels, **SMALL)
    weights = problem.train(jax.random.key(0), problem.start(jax.random.key(0)))
    torched = {name: torch.as_tensor(np.array(value)) for name, value in weights.items()}
    shown = torch.as_tensor(images[:5, None].astype(np.float32))
    filters = torched["filters"].reshape(3, 3, 1, -1).permute(3, 2, 0, 1)
    seen = torch.conv2d(shown, filters, torched["filters_biases"], padding=1).relu()
    seen = seen.permute(0, 2, 3, 1).reshape(5, -1)
    hidden = (seen @ torched["hidden"] + torched["hidden_biases"]).relu()
    expected = hidden @ torched["last"] + torched["last_biases"]
    ours = class_scores(weights, images[:5].astype(np.float32))
    np.testing.assert_allclose(ours, expected.numpy(), atol=1e-4)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((4, 8)), np.zeros(4), "give images"),
        (np.zeros((4, 2, 2)), np.zeros(3), "a label for each"),
        (np.full((2, 2, 2), np.nan), np.arange(2), "no number"),
        (np.zeros((2, 2, 2)), np.array([0, 2]), "count up from 0"),
    ],
)
def test_data_that_do_not_fit(images, labels, message):
    with pytest.raises(ValueError, match=message):
        ImageDistillation(images, labels)
