"""What learns from the generic pictures: a base network under one linear head per kind of label.

Used by `mainstream.pretrain`.
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from mainstream.generic import COLOR_NAMES, HEADS, PATTERNS, SHAPE_NAMES
from mainstream.generic.drawer import Batch

CELL_HEADS = {"shape": len(SHAPE_NAMES) + 1, "pattern": len(PATTERNS) + 1, "color": len(COLOR_NAMES) + 1}  # 0: none
NONE_WEIGHT = 0.25  # of a cell without an object, where one with an object counts 1
LOSSES = (*HEADS, "cells")
WARM_UP = 0.05  # share of all steps with a rising learning rate


class Learner:
    """A base network with its heads, and the optimiser. Batch normalisation learns its statistics as it goes.

    Several classes of a head can be right at once (three shapes in a picture): each takes an equal share of the
    target, and the loss is the cross-entropy (nats) to a softmax, which learns sooner than one decision per class.
    What is where is asked too, of the features before they are pooled: each of them covers 32 × 32 px and has to name
    the shape, pattern and colour in its four cells. Without that, a network this small learns shapes very slowly.
    """

    def __init__(self, network: keras.Model, weight_decay: float):
        self.network = network
        logits = keras.layers.Dense(sum(HEADS.values()), name="heads")(network.output)
        where = keras.layers.Dense(4 * sum(CELL_HEADS.values()), name="cells")(network.layers[-1].input)
        self.model = keras.Model(network.input, [logits, where])
        self.optimizer = keras.optimizers.AdamW(1e-3, weight_decay=weight_decay, global_clipnorm=1.0)
        self.optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        self.optimizer.build(self.model.trainable_weights)
        self._step = tf.function(self._one_step)
        self._logits = tf.function(lambda x: self.model(_scaled(x), training=False)[0])

    def _one_step(self, images: tf.Tensor, right: tf.Tensor, cells: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            logits, where = self.model(_scaled(images), training=True)
            losses = [_loss(z, y) for z, y in zip(_heads(logits), _heads(right), strict=True)]
            losses = tf.stack([*losses, _cell_loss(tf.nn.depth_to_space(where, 2), cells)])
            total = tf.reduce_sum(losses)
        gradients = tape.gradient(total, self.model.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.model.trainable_weights, strict=True))
        return losses

    def step(self, batch: Batch, learning_rate: float) -> np.ndarray:
        """One step of training; returns the losses (nats) before it: `HEADS`, then cells."""
        self.optimizer.learning_rate.assign(learning_rate)
        return self._step(*map(tf.constant, batch)).numpy()

    def accuracy(self, held_out: Batch, batch: int = 100) -> dict[str, float]:
        """Per head: the share of pictures in which the class that the network finds most likely is right."""
        images, right, _ = held_out
        parts = [self._logits(tf.constant(images[k : k + batch])).numpy() for k in range(0, len(images), batch)]
        found = {}
        for name, z, y in zip(HEADS, _heads(np.concatenate(parts)), _heads(right), strict=True):
            some = y.any(axis=1)  # a picture may show nothing well enough
            found[name] = float(y[some, z[some].argmax(axis=1)].mean())
        return found

    def state(self) -> list[np.ndarray]:
        """Everything that changes in training; `restore` takes it back."""
        return [*self.model.get_weights(), *(v.numpy() for v in self.optimizer.variables)]

    def restore(self, state: list[np.ndarray]) -> None:
        """As after the step at which `state` was taken."""
        n = len(self.model.weights)
        self.model.set_weights(state[:n])
        for variable, value in zip(self.optimizer.variables, state[n:], strict=True):
            variable.assign(value)


def chance(right: np.ndarray) -> dict[str, float]:
    """Accuracy of always naming the commonest class, per head."""
    return {name: float(y[y.any(axis=1)].mean(axis=0).max()) for name, y in zip(HEADS, _heads(right), strict=True)}


def schedule(done: float) -> float:
    """Learning rate as a share of the highest: linear warm-up, then a cosine down to 0; `done` from 0 to 1."""
    return min(1.0, done / WARM_UP) if done < WARM_UP else 0.5 * (1 + np.cos(np.pi * (done - WARM_UP) / (1 - WARM_UP)))


def _scaled(images: tf.Tensor) -> tf.Tensor:
    return tf.cast(images, tf.float32) / 127.5 - 1.0


def _heads(side_by_side: np.ndarray | tf.Tensor) -> list:
    """The columns of each head."""
    ends = np.cumsum(list(HEADS.values()))
    return [side_by_side[:, end - n : end] for n, end in zip(HEADS.values(), ends, strict=True)]


def _loss(logits: tf.Tensor, right: tf.Tensor) -> tf.Tensor:
    share = tf.cast(right, tf.float32)
    share = tf.math.divide_no_nan(share, tf.reduce_sum(share, axis=1, keepdims=True))
    return -tf.reduce_mean(tf.reduce_sum(share * tf.nn.log_softmax(logits), axis=1))


def _cell_loss(logits: tf.Tensor, cells: tf.Tensor) -> tf.Tensor:
    """Cross-entropy of shape, pattern and colour (summed), per cell: logits (n, h, w, classes), cells (n, h, w, 3)."""
    right = tf.cast(cells, tf.int32) + 1
    parts = tf.split(logits, list(CELL_HEADS.values()), axis=3)
    one_hot = [tf.one_hot(right[..., k], part.shape[3]) for k, part in enumerate(parts)]
    loss = sum(-tf.reduce_sum(y * tf.nn.log_softmax(z), axis=3) for z, y in zip(parts, one_hot, strict=True))
    weight = tf.where(right[..., 0] > 0, 1.0, NONE_WEIGHT)
    return tf.reduce_sum(weight * loss) / tf.reduce_sum(weight)
