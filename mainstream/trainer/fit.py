"""Training of one tail on the outputs of its frozen stem. Design section 5; called by `mainstream.trainer.worker`."""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from mainstream.data.answers import sure
from mainstream.errors import UserError
from mainstream.networks.backend import keras, tf
from mainstream.networks.engines import Compiled
from mainstream.trainer.frozen import BATCH, Frozen, asking, in_batches
from mainstream.trainer.optimizer import AdamW
from mainstream.trainer.settings import Settings

WARM_UP = 0.1  # share of all steps with a rising learning rate
HEAD_PENALTIES = (1e-3, 1e-2, 1e-1, 1.0)  # C of the logistic regression; the best on validation is taken


class Part(NamedTuple):
    """The photos of one partition: frozen outputs and whether the application's class is in them."""

    frozen: Frozen
    labels: np.ndarray  # bool (n,)


class Epoch(NamedTuple):
    """One line of the training log: balanced cross-entropy (nats) on training and validation photos."""

    epoch: int  # 0: before the first step
    train_loss: float
    val_loss: float


class TailTrainer:
    """Compiled once per split, used for every application and seed. The tail's layers are the model's own.

    Batch normalisation stays in inference mode in the tail too: its statistics are the base's, and small batches of
    two classes would spoil them; its scale and offset are trained.
    """

    heard: Callable[[float], None] = staticmethod(lambda share: None)  # told how much of `fit` is done, step by step
    norm = False  # True: batch normalisation learns its statistics too (`scripts/real_photos.py` tries it)

    def __init__(self, tail: keras.Model, settings: Settings):
        self.tail, self.settings = tail, settings
        self._optimizer = AdamW(tail.trainable_weights, settings.weight_decay)
        self._step = tf.function(self._one_step)
        self._asked = asking(tail)

    def _one_step(self, x: tf.Tensor, y: tf.Tensor, weight: tf.Tensor, rate: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            logits = self.tail(x, training=self.norm)[:, 0]
            loss = tf.reduce_mean(weight * tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits))
        gradients = tape.gradient(loss, self.tail.trainable_weights)
        self._optimizer.apply(gradients, rate)
        return loss

    def fit(
        self, train: Part, val: Part, rng: np.random.Generator, where: str, *,
        epochs: float | None = None, loss: float | None = None,
    ) -> list[Epoch]:  # fmt: skip
        """Trains from the weights that the tail has now; leaves the best on validation in it (perhaps the first).

        where: who is trained, for messages. epochs: at most (default: the settings'); 1.5 are two passes over three
        quarters of an epoch's rows each. loss: on validation before the first step, where it is known.
        Raises `UserError` when the loss is not finite; the tail then holds the best weights so far.
        """
        self._optimizer.reset()
        epochs = epochs or self.settings.epochs
        passes = math.ceil(epochs)
        draw = _epochs(train.labels, self.settings, rng, epochs / passes)
        best = self.tail.get_weights()
        log = [Epoch(0, math.nan, self.loss(val) if loss is None else loss)]
        lowest, since = log[0].val_loss, 0
        for epoch in range(1, passes + 1):
            losses = self._epoch(train, next(draw), rng, ((epoch - 1) / passes, epoch / passes))
            log.append(Epoch(epoch, float(np.mean(losses)), self.loss(val)))
            if not (np.isfinite(losses).all() and math.isfinite(log[-1].val_loss)):
                self.tail.set_weights(best)
                raise UserError(
                    f"{where}, epoch {epoch}: the loss is not finite; splits already trained are kept: run again "
                    f"with a smaller learning rate than {self.settings.learning_rate:g}"
                )
            since += 1
            if log[-1].val_loss < lowest:
                best, lowest, since = self.tail.get_weights(), log[-1].val_loss, 0
            if since >= self.settings.patience:
                break
        self.tail.set_weights(best)
        return log

    def _epoch(self, train: Part, rows: np.ndarray, rng: np.random.Generator, span: tuple[float, float]) -> list[float]:
        """One pass over `rows`; `span`: where in the whole training it begins and ends, for the learning rate."""
        batches = rows.reshape(-1, self.settings.batch)
        weight = _balance(train.labels[rows])
        losses = []
        for k, batch in enumerate(batches):
            done = span[0] + (span[1] - span[0]) * k / len(batches)
            rate = tf.constant(self.settings.learning_rate * _schedule(done))
            view = rng.integers(0, 2, len(batch)) if self.settings.flip else None
            y = train.labels[batch]
            x = train.frozen(batch, view)
            losses.append(float(self._step(x, y.astype("float32"), weight[y.astype(int)], rate)))
            self.heard(done)
        return losses

    def answers(self, parts: Mapping[str, Frozen]) -> dict[str, np.ndarray]:
        """float32 (n,) for each part: how sure the network is of the class, row by row."""
        call = self._asked()
        return {name: _probabilities(call, part) for name, part in parts.items()}

    def loss(self, part: Part) -> float:
        """Balanced cross-entropy: both classes count alike."""
        p = _probabilities(self._asked(), part.frozen).astype("float64")
        return _cross_entropy(p, part.labels) if np.isfinite(p).all() else math.nan


def fit_head(features: np.ndarray, labels: np.ndarray, val: np.ndarray, val_labels: np.ndarray) -> list[np.ndarray]:
    """[kernel (features, 1), bias (1,)] of the head alone: a convex problem, so solved as one (logistic regression)."""
    scaler = StandardScaler().fit(features)
    x, asked = scaler.transform(features), scaler.transform(val)
    new = partial(LogisticRegression, solver="newton-cholesky", class_weight="balanced", max_iter=2000)
    fits = [new(C=penalty).fit(x, labels) for penalty in HEAD_PENALTIES]
    best = min(fits, key=lambda fit: _cross_entropy(fit.predict_proba(asked)[:, 1], val_labels))
    kernel = best.coef_[0] / scaler.scale_
    bias = best.intercept_[0] - float(kernel @ scaler.mean_)
    return [kernel[:, None].astype("float32"), np.array([bias], "float32")]


def _probabilities(call: Compiled, part: Frozen) -> np.ndarray:
    """float32 (n,) of a tail compiled for batches of BATCH."""
    rows = np.arange(len(part))
    logits = [in_batches(call, part(rows[k : k + BATCH])) for k in range(0, len(rows), BATCH)]
    return sure(np.concatenate(logits)[:, 0])


def _cross_entropy(p: np.ndarray, labels: np.ndarray) -> float:
    """Mean over the images, in nats, both classes counting alike."""
    right = np.clip(np.where(labels, p, 1 - p), 1e-7, 1)
    return float(np.average(-np.log(right), weights=_balance(labels)[labels.astype(int)]))


def _epochs(
    labels: np.ndarray, settings: Settings, rng: np.random.Generator, share: float = 1.0
) -> Iterator[np.ndarray]:
    """Rows of one epoch after another, whole batches: the rarer class each time, the other class in turn.

    share: of an epoch's rows of either class, how many are used each time.
    """
    rare, common = sorted((np.flatnonzero(labels), np.flatnonzero(~labels)), key=len)
    n = min(len(common), round(settings.negatives * len(rare)))
    turns = [_in_turn(rows, math.ceil(share * size), rng) for rows, size in ((rare, len(rare)), (common, n))]
    while True:
        rows = rng.permutation(np.concatenate([next(turn) for turn in turns]))
        yield np.resize(rows, math.ceil(len(rows) / settings.batch) * settings.batch)


def _in_turn(rows: np.ndarray, n: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """`n` of `rows` at a time; none again before all have had their turn."""
    waiting = rng.permutation(rows)
    while True:
        if len(waiting) < n:
            waiting = np.concatenate([waiting, rng.permutation(rows)])
        yield waiting[:n]
        waiting = waiting[n:]


def _balance(labels: np.ndarray) -> np.ndarray:
    """Weights of class 0 and 1 by which both count alike, 1 on average: float32 (2,)."""
    positive = labels.mean()
    return np.array([0.5 / (1 - positive), 0.5 / positive], "float32")


def _schedule(done: float) -> float:
    """Learning rate as a share of the highest: linear warm-up, then a cosine down to 0; `done` from 0 to 1."""
    return done / WARM_UP if done < WARM_UP else 0.5 * (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP)))
