"""Dataset distillation for supervised learning: one image a class that teaches a classifier.

The same search as for tasks: candidates are images, a fresh network is trained on each, and what
counts is how it does on real images. Nothing is played. The images are the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.evolution.search import Search

SEARCH = Search("open-es", population=64, generations=100, deviation=0.02, learning_rate=0.01)

Weights = dict[str, jax.Array]


@dataclass(frozen=True, eq=False)
class ImageDistillation:
    """The search for one image a class; a `Problem` whose candidates are `f32[classes, h, w]`.

    The network has one layer of 3 by 3 filters, a hidden layer and scores of the classes, with
    ReLU between; it is trained by plain gradient descent on all distilled images at once.

    Attributes:
        images: Real ones, `f32[n, h, w]`, from 0 to 1.
        labels: Their classes, `i32[n]`, counting from 0, each at least once.
        filters: Of the first layer.
        width: Of the hidden layer.
        steps: Of gradient descent.
        learning_rate: Of gradient descent.
        initialisations: How many networks each candidate trains.
        sample: How many real images judge a network, drawn anew for each; all if there are fewer.

    Raises:
        ValueError: On construction, for images and labels that do not fit.
    """

    images: np.ndarray
    labels: np.ndarray
    filters: int = 16
    width: int = 128
    steps: int = 200
    learning_rate: float = 0.1
    initialisations: int = 2
    sample: int = 1024

    def __post_init__(self) -> None:
        """Refuse what cannot be learned."""
        object.__setattr__(self, "images", np.asarray(self.images, np.float32))
        object.__setattr__(self, "labels", np.asarray(self.labels, np.int32))
        if self.images.ndim != 3 or self.labels.shape != self.images.shape[:1]:
            raise ValueError(
                "give images of shape [n, height, width] and a label for each, not "
                f"{self.images.shape} and {self.labels.shape}"
            )
        if not np.isfinite(self.images).all():
            raise ValueError("images hold what is no number")
        found = np.unique(self.labels)
        if len(found) < 2 or not np.array_equal(found, np.arange(len(found))):
            raise ValueError(f"labels must count up from 0, each at least once, not {found}")

    @property
    def variants(self) -> int:
        """There is one kind of network."""
        return 1

    @property
    def classes(self) -> int:
        """How many there are."""
        return int(self.labels.max()) + 1

    def start(self, key: jax.Array) -> jax.Array:
        """The mean image of each class."""
        del key
        means = [self.images[self.labels == label].mean(0) for label in range(self.classes)]
        return jnp.asarray(np.stack(means))

    def score(
        self, key: jax.Array, candidate: jax.Array, variant: int, generation: jax.Array
    ) -> jax.Array:
        """Minus the cross-entropy on real images of networks trained on a candidate."""
        del variant, generation
        keys = jax.random.split(key, self.initialisations)
        return jax.vmap(lambda key: self.judge(key, candidate, 0))(keys).mean()

    def judge(self, key: jax.Array, candidate: jax.Array, variant: int) -> jax.Array:
        """Minus the cross-entropy on real images of one fresh network."""
        del variant
        first, drawn = jax.random.split(key)
        weights = self.train(first, candidate)
        count = len(self.images)
        if self.sample < count:
            chosen = jax.random.choice(drawn, count, (self.sample,), replace=False)
        else:
            chosen = jnp.arange(count)
        scores = class_scores(weights, jnp.asarray(self.images)[chosen])
        return -cross_entropy(scores, jnp.asarray(self.labels)[chosen])

    def train(self, key: jax.Array, candidate: jax.Array) -> Weights:
        """A fresh network, trained on distilled images."""

        def badness(weights: Weights) -> jax.Array:
            return cross_entropy(class_scores(weights, candidate), jnp.arange(self.classes))

        def improve(weights: Weights, _: None) -> tuple[Weights, None]:
            slope = jax.grad(badness)(weights)
            return jax.tree.map(lambda w, s: w - self.learning_rate * s, weights, slope), None

        return jax.lax.scan(improve, self._first(key), None, length=self.steps)[0]

    def accuracy(
        self,
        key: jax.Array,
        candidate: jax.Array | np.ndarray,
        images: np.ndarray,
        labels: np.ndarray,
    ) -> float:
        """The share of images that a fresh network, trained on distilled ones, names rightly."""
        scores = class_scores(self.train(key, jnp.asarray(candidate)), jnp.asarray(images))
        return float(np.mean(np.asarray(scores).argmax(1) == np.asarray(labels)))

    def _first(self, key: jax.Array) -> Weights:
        height, width = self.images.shape[1:]
        filtering, hidden, last = jax.random.split(key, 3)
        draw = jax.nn.initializers.he_normal()
        return {
            "filters": draw(filtering, (9, self.filters)),
            "filters_biases": jnp.zeros(self.filters),
            "hidden": draw(hidden, (height * width * self.filters, self.width)),
            "hidden_biases": jnp.zeros(self.width),
            "last": draw(last, (self.width, self.classes)),
            "last_biases": jnp.zeros(self.classes),
        }


@dataclass(frozen=True)
class ImageDistiller:
    """Distils images.

    Attributes:
        search: The outer loop.
        settings: Fields of `ImageDistillation` other than the data.
    """

    search: Search = SEARCH
    settings: Mapping[str, Any] = field(default_factory=dict)

    def distil(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        *,
        seed: int,
        folder: Path,
        progress: bool = True,
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Search for one image a class; `f32[classes, h, w]`, and the record of the search.

        Called again on the same folder, with the same data, it goes on where it stopped.

        Raises:
            ValueError: For data that do not fit, or a folder of another search.
        """
        problem = ImageDistillation(images, labels, **self.settings)
        data = {"images": list(problem.images.shape), "sum": float(problem.images.sum())}
        config = {**data, **self.settings}
        about = {"id": "images", "version": 0, "config": config}
        best, record = self.search.run(
            problem, about=about, seed=seed, folder=folder, progress=progress
        )
        return np.asarray(best), record


def class_scores(weights: Weights, images: jax.Array) -> jax.Array:
    """What a network makes of images, `f32[n, classes]`."""
    height, width = images.shape[1:]
    padded = jnp.pad(images, ((0, 0), (1, 1), (1, 1)))
    # as a product of matrices, which is much faster for many networks at once than a convolution
    patches = [
        padded[:, down : down + height, right : right + width]
        for down in range(3)
        for right in range(3)
    ]
    filtered = jnp.stack(patches, -1) @ weights["filters"]
    seen = jax.nn.relu(filtered + weights["filters_biases"]).reshape(len(images), -1)
    hidden = jax.nn.relu(seen @ weights["hidden"] + weights["hidden_biases"])
    return hidden @ weights["last"] + weights["last_biases"]


def cross_entropy(scores: jax.Array, labels: jax.Array) -> jax.Array:
    """The mean over images, `f32[]`."""
    return -jnp.take_along_axis(jax.nn.log_softmax(scores), labels[:, None], 1).mean()
