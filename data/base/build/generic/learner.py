"""What learns from the generic pictures: a base network under one linear head per label.

Used by `pretrain`.
"""

from __future__ import annotations

import numpy as np

from generic import HEADS
from generic.drawer import Batch
from mainstream.networks.backend import keras, tf

NOISE = 0.4  # standard deviation around the identity, of depthwise kernels at the start
WARM_UP = 0.05  # share of all steps with a rising learning rate


class Learner:
    """A base network with its heads, and the optimiser. Batch normalisation learns its statistics as it goes.

    The loss is the sum of the heads' cross-entropies (nats).
    """

    def __init__(self, network: keras.Model, weight_decay: float, seed: int = 0):
        self.network = network
        start(network, seed)
        self.model = keras.Model(network.input, keras.layers.Dense(sum(HEADS.values()), name="heads")(network.output))
        self.optimizer = keras.optimizers.AdamW(1e-3, weight_decay=weight_decay, global_clipnorm=1.0)
        self.optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        self.optimizer.build(self.model.trainable_weights)
        self._step = tf.function(self._one_step)
        self._logits = tf.function(lambda x: self.model(_scaled(x), training=False))

    def _one_step(self, images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            heads = tf.split(self.model(_scaled(images), training=True), list(HEADS.values()), axis=1)
            losses = tf.stack([_loss(z, labels[:, k]) for k, z in enumerate(heads)])
            total = tf.reduce_sum(losses)
        gradients = tape.gradient(total, self.model.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.model.trainable_weights, strict=True))
        return losses

    def step(self, batch: Batch, learning_rate: float) -> np.ndarray:
        """One step of training; returns the losses (nats) of `HEADS` before it."""
        self.optimizer.learning_rate.assign(learning_rate)
        return self._step(*map(tf.constant, batch)).numpy()

    def accuracy(self, held_out: Batch, batch: int = 100) -> dict[str, float]:
        """Share of pictures whose label is found, per head."""
        images, labels = held_out
        parts = [self._logits(tf.constant(images[k : k + batch])).numpy() for k in range(0, len(images), batch)]
        heads = np.split(np.concatenate(parts), np.cumsum(list(HEADS.values()))[:-1], axis=1)
        return {
            name: float(np.mean(z.argmax(axis=1) == labels[:, k]))
            for k, (name, z) in enumerate(zip(HEADS, heads, strict=True))
        }

    def state(self) -> list[np.ndarray]:
        """Everything that changes in training; `restore` takes it back."""
        return [*self.model.get_weights(), *(v.numpy() for v in self.optimizer.variables)]

    def restore(self, state: list[np.ndarray]) -> None:
        """As after the step at which `state` was taken."""
        n = len(self.model.weights)
        self.model.set_weights(state[:n])
        for variable, value in zip(self.optimizer.variables, state[n:], strict=True):
            variable.assign(value)


def start(network: keras.Model, seed: int) -> None:
    """Weights that a MobileNet learns from within minutes.

    It has no shortcuts, and with the usual random start 27 layers scramble the picture: after 60,000 pictures it knew
    shapes no better than chance. So each depthwise kernel starts near the identity, each pointwise one orthogonal, and
    β = 1 keeps most activations positive: at first, every block hands on what it is given.
    """
    random = np.random.default_rng(seed)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.9
            layer.beta.assign(np.ones(layer.beta.shape))
        elif isinstance(layer, keras.layers.DepthwiseConv2D):
            kernel = NOISE * random.standard_normal(layer.kernel.shape)
            kernel[1, 1] += 1
            layer.kernel.assign(kernel)
        elif isinstance(layer, keras.layers.Conv2D) and layer.kernel_size == (1, 1):
            layer.kernel.assign(keras.initializers.Orthogonal(seed=int(random.integers(1 << 31)))(layer.kernel.shape))


def chance(labels: np.ndarray) -> dict[str, float]:
    """Accuracy of always naming the commonest class, per head."""
    return {name: float(np.bincount(labels[:, k]).max() / len(labels)) for k, name in enumerate(HEADS)}


def schedule(done: float) -> float:
    """Learning rate as a share of the highest: linear warm-up, then a cosine down to 0; `done` from 0 to 1."""
    return min(1.0, done / WARM_UP) if done < WARM_UP else 0.5 * (1 + np.cos(np.pi * (done - WARM_UP) / (1 - WARM_UP)))


def _scaled(images: tf.Tensor) -> tf.Tensor:
    return tf.cast(images, tf.float32) / 127.5 - 1.0


def _loss(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
