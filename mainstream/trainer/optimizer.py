"""AdamW (Loshchilov and Hutter 2019) over all weights as one vector: the steps of Keras's own, up to rounding.

Keras writes a dozen operations per variable, which was most of writing a split's graph (`LOG.md`), and each of sixteen
splits has a graph of its own. Called by `mainstream.trainer.fit`.
"""

import math
from collections.abc import Sequence

import numpy as np

from mainstream.networks.backend import keras, tf

FIRST, SECOND = 0.9, 0.999  # how much of the mean gradient and of its mean square is kept from step to step
LONGEST = 1.0  # of a gradient, all weights together; a longer one is shortened to it
NOT_DECAYED = ("bias", "gamma", "beta")  # whose weights are no kernels: as usual, left without decay


class AdamW:
    """Steps for `weights`, within a compiled graph; `reset` before another training with the same graph."""

    def __init__(self, weights: list[keras.Variable], weight_decay: float):
        self._weights = weights
        self._sizes = [math.prod(w.shape) for w in weights]
        decay = [0.0 if w.name in NOT_DECAYED else weight_decay for w in weights]
        self._decay = tf.constant(np.repeat(decay, self._sizes), "float32")
        self._mean, self._square = (tf.Variable(tf.zeros(sum(self._sizes)), trainable=False) for _ in range(2))
        self._steps = tf.Variable(0.0, trainable=False)

    def reset(self) -> None:
        """Forgets all gradients."""
        for state in (self._mean, self._square, self._steps):
            state.assign(tf.zeros_like(state))

    def apply(self, gradients: list[tf.Tensor], rate: tf.Tensor) -> None:
        """One step down `gradients`, one for each of the weights; `rate`: the learning rate, a scalar."""
        gradient = _one_vector(gradients)
        gradient *= LONGEST / tf.maximum(tf.norm(gradient), LONGEST)
        n = self._steps.assign_add(1.0)
        mean = self._mean.assign(FIRST * self._mean + (1 - FIRST) * gradient)
        square = self._square.assign(SECOND * self._square + (1 - SECOND) * gradient**2)
        unbiased = tf.sqrt(1 - SECOND**n) / (1 - FIRST**n)
        step = rate * (unbiased * mean / (tf.sqrt(square) + 1e-7) + self._decay * _one_vector(self._weights))
        for weight, part in zip(self._weights, tf.split(step, self._sizes), strict=True):
            weight.value.assign_sub(tf.reshape(part, weight.shape))


def _one_vector(parts: Sequence[tf.Tensor | keras.Variable]) -> tf.Tensor:
    return tf.concat([tf.reshape(part, [-1]) for part in parts], 0)
