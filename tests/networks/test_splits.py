"""Split points of real Keras networks, small inputs, random weights. Bits are compared, not closeness."""

from __future__ import annotations

import re

import keras
import numpy as np
import pytest
from keras import applications, layers

from mainstream.errors import UserError
from mainstream.networks.splits import POOLED, SplitPoint, cut, segments, split_points
from mainstream.paths import PUBLISHED

NETWORKS = {  # constructor, smallest sensible side, points, some of their names
    "MobileNetV2": (applications.MobileNetV2, 64, 21, ["Conv1", "expanded_conv", "block_1", "block_16"]),
    "MobileNetV3Small": (applications.MobileNetV3Small, 64, 16, ["conv", "expanded_conv_1", "conv_1", "conv_2"]),
    "MobileNetV3Large": (applications.MobileNetV3Large, 64, 20, ["conv", "expanded_conv_14", "conv_2"]),
    "EfficientNetV2B0": (applications.EfficientNetV2B0, 64, 25, ["stem", "block1a", "block6h", "top"]),
    "InceptionV3": (applications.InceptionV3, 96, 18, [*(f"block {k}" for k in range(1, 6)), "mixed0", "mixed10"]),
    "ResNet50": (applications.ResNet50, 64, 19, ["pool1", "conv2_block1", "conv5_block3"]),
}
LARGE = ("InceptionV3", "MobileNetV3Large", "EfficientNetV2B0")


def scramble(model: keras.Model) -> keras.Model:
    """Batch norm statistics as after training: at 0 and 1 a mistake in them would not show, nor would an image."""
    norms = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
    for layer in norms:
        layer.momentum = 0.0  # take over the statistics of one batch
    model(images(model, 8), training=True)
    for layer in norms:
        layer.momentum = 0.99
    return model


def mobilenet(classes: int = 3) -> keras.Model:
    keras.utils.set_random_seed(1)
    return scramble(applications.MobileNet(weights=None, alpha=0.25, input_shape=(48, 48, 3), classes=classes))


def images(model: keras.Model, n: int = 3) -> np.ndarray:
    rng = np.random.default_rng(5)
    return rng.uniform(-1, 1, (n, *model.inputs[0].shape[1:])).astype("float32")


def outputs(model: keras.Model, x: np.ndarray) -> np.ndarray:
    return np.asarray(model(x, training=False))


def all_paths_pass(model: keras.Model, layer: str) -> bool:
    """By brute force, unlike the library: with `layer` removed, does anything still lead from output to input?"""
    seen, stack = set(), [model.outputs[0]]
    while stack:
        operation, node, _ = stack.pop()._keras_history
        if operation.name == layer or (operation, node) in seen:
            continue
        if isinstance(operation, layers.InputLayer):
            return False
        seen.add((operation, node))
        stack.extend(operation._inbound_nodes[node].input_tensors)
    return True


@pytest.fixture(scope="module")
def small() -> keras.Model:
    return mobilenet()


# ---- MobileNet: the study's 16 points -------------------------------------------------------------------------------


def test_mobilenet_has_the_studys_sixteen_points(small):
    points = split_points(small)
    assert [p.name for p in points] == ["input", "conv1", *(f"conv_pw_{k}" for k in range(1, 14)), POOLED]
    assert [p.index for p in points] == list(range(16))
    assert all(p.layer == f"{p.name}_relu" for p in points[1:-1])
    assert points[0].frozen_parameters == 0 and points[0].fraction == 0
    assert points[14].frozen_parameters == points[15].frozen_parameters < small.count_params()
    assert points[3].shape == (12, 12, 32)


@pytest.mark.skipif(not (PUBLISHED / "split_accuracy.csv").exists(), reason="published figures not there")
def test_frozen_layers_are_numbered_as_published(small):
    import pandas as pd

    published = sorted(pd.read_csv(PUBLISHED / "split_accuracy.csv").frozen_layers.unique())
    ours = [p.frozen_layers for p in split_points(small)]
    assert ours[:15] == published[:15] and len(published) == 16
    assert (ours[15], published[15]) == (82, 84)  # documented: the study freezes one more layer of its head


def test_a_network_without_a_head_ends_in_its_features():
    bare = applications.MobileNet(weights=None, alpha=0.25, include_top=False, input_shape=(32, 32, 3))
    pooled = applications.MobileNet(weights=None, alpha=0.25, include_top=False, pooling="avg", input_shape=(32, 32, 3))
    assert [p.name for p in split_points(bare)][-1] == "conv_pw_13" and len(split_points(bare)) == 15
    assert [p.name for p in split_points(pooled)][-1] == POOLED and len(split_points(pooled)) == 16
    stem, tail = cut(pooled, POOLED)
    x = images(pooled)
    assert np.array_equal(outputs(tail, outputs(stem, x)), outputs(pooled, x))
    assert not tail.weights


def test_ones_own_head_with_a_hidden_layer():
    base = applications.MobileNet(weights=None, alpha=0.25, include_top=False, pooling="avg", input_shape=(32, 32, 3))
    hidden = layers.Dense(8, activation="relu", name="hidden")(layers.Dropout(0.2)(base.output))
    model = keras.Model(base.input, layers.Dense(1, name="decision")(hidden))
    points = split_points(model)
    assert [p.name for p in points[-2:]] == [POOLED, "hidden"] and len(points) == 17


def test_every_cut_composes_to_the_last_bit(small):
    x = images(small)
    whole = outputs(small, x)
    assert len(np.unique(whole)) == whole.size, "outputs must tell images apart"
    for point in split_points(small):
        stem, tail = cut(small, point)
        features = outputs(stem, x)
        assert features.shape[1:] == point.shape
        assert np.array_equal(outputs(tail, features), whole), point
        assert stem.count_params() == point.frozen_parameters
        assert {id(w) for w in stem.weights + tail.weights} == {id(w) for w in small.weights}, "shared, not copied"


def test_segments_compose_to_the_last_bit(small):
    x = images(small)
    points = split_points(small)
    parts = segments(small, points)
    assert len(parts) == 17
    value = x
    for part, point in zip(parts, points, strict=False):
        value = outputs(part, value)
        assert np.array_equal(value, outputs(cut(small, point)[0], x))
    assert np.array_equal(outputs(parts[-1], value), outputs(small, x))
    assert sum(p.count_params() for p in parts) == small.count_params()
    assert [p.count_params() for p in segments(small, [])] == [small.count_params()]


def test_compiled_prediction_composes_closely(small):
    x = images(small)
    stem, tail = cut(small, "conv_pw_6")
    split = tail.predict(stem.predict(x, verbose=0), verbose=0)
    assert np.allclose(split, small.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


def test_cutting_leaves_the_model_as_it_was(small):
    x = images(small)
    before, names = outputs(small, x), [p.layer for p in split_points(small)]
    for k in range(3):
        cut(small, 4 + k)
    assert np.array_equal(outputs(small, x), before)
    assert [p.layer for p in split_points(small)] == names
    assert keras.models.clone_model(small).count_params() == small.count_params()


def test_a_part_can_be_cut_again(small):
    stem, tail = cut(small, "conv_pw_4")
    assert [p.name for p in split_points(tail)][1:] == [p.name for p in split_points(small)][6:]
    lower, upper = cut(tail, "conv_pw_9")
    x = images(small)
    assert np.array_equal(outputs(upper, outputs(lower, outputs(stem, x))), outputs(small, x))


def test_weights_of_a_tail_carry_over_to_another_copy_of_the_network(small, tmp_path):
    x, other = images(small), mobilenet()
    stem, tail = cut(small, "conv_pw_10")
    tail.save_weights(tmp_path / "tail.weights.h5")
    other_stem, other_tail = cut(other, "conv_pw_10")
    for w in other_tail.weights:
        w.assign(w * 0.5)
    other_tail.load_weights(tmp_path / "tail.weights.h5")
    assert np.array_equal(outputs(other_tail, outputs(other_stem, x)), outputs(tail, outputs(stem, x)))


# ---- the other networks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.slow] if n in LARGE else []) for n in NETWORKS],
)
def test_other_networks(name):
    build, side, count, some = NETWORKS[name]
    keras.utils.set_random_seed(2)
    model = scramble(build(weights=None, input_shape=(side, side, 3), classes=5))
    points = split_points(model)
    names = [p.name for p in points]
    assert len(points) == count and len(set(names)) == count
    assert set(some) < set(names) and names[0] == "input" and POOLED in names
    assert all(all_paths_pass(model, p.layer) for p in points)
    frozen = [p.frozen_layers for p in points]
    assert frozen == sorted(set(frozen)) and 0 == points[0].fraction < points[-1].fraction < 1
    x = images(model, 2)
    whole = outputs(model, x)
    assert not np.array_equal(whole[0], whole[1])
    for point in points[1 :: max(count // 4, 1)]:
        stem, tail = cut(model, point)
        assert np.array_equal(outputs(tail, outputs(stem, x)), whole), point
    chosen = points[2::5]
    for part in segments(model, chosen):
        x = outputs(part, x)
    assert np.array_equal(x, whole)


def test_names_do_not_depend_on_what_was_built_before():
    first, second = (applications.MobileNetV3Small(weights=None, input_shape=(32, 32, 3)) for _ in range(2))
    one, two = split_points(first), split_points(second)
    assert [p.layer for p in one] != [p.layer for p in two], "Keras numbers unnamed layers anew"
    assert [p.name for p in one] == [p.name for p in two]
    assert cut(second, one[3])[0].output_shape[1:] == one[3].shape  # a point of a twin network is good


# ---- freezing -------------------------------------------------------------------------------------------------------


def noisy() -> keras.Model:
    """Augmentation, batch norm and dropout below the split: all three misbehave in a stem that is only frozen."""
    image = keras.Input((16, 16, 3))
    x = layers.RandomFlip()(image)
    for k, width in enumerate((8, 8, 16)):
        x = layers.Conv2D(width, 3, padding="same", name=f"conv{k}")(x)
        x = layers.ReLU(name=f"conv{k}_relu")(layers.BatchNormalization()(x))
        x = layers.Dropout(0.5)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(2, activation="softmax")(x))


@pytest.mark.parametrize("split", ["conv1", POOLED])
def test_a_frozen_stem_does_not_drift_by_one_bit(split):
    keras.utils.set_random_seed(3)
    model = noisy()
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-1, 1, (32, 16, 16, 3)).astype("float32"), rng.integers(0, 2, 32)
    stem, tail = cut(model, split)
    before, weights = outputs(stem, x), [w.numpy().copy() for w in stem.weights]
    tail_before = [w.numpy().copy() for w in tail.weights]
    tail.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    tail.fit(before, y, batch_size=8, epochs=2, verbose=0)
    assert np.array_equal(outputs(stem, x), before)
    assert all(np.array_equal(w.numpy(), old) for w, old in zip(stem.weights, weights, strict=True))
    assert any(not np.array_equal(w.numpy(), old) for w, old in zip(tail.weights, tail_before, strict=True))
    assert np.array_equal(outputs(tail, before), outputs(model, x)), "the model's own layers were trained"
    if split == "conv1":
        moved = [w for w in tail.weights if "moving_mean" in w.path]
        assert moved and np.abs(moved[0].numpy()).max() > 0, "batch norm above the split keeps learning"


# ---- graphs out of the ordinary, and errors -------------------------------------------------------------------------


def dense_chain(*, shared: bool) -> keras.Model:
    image = keras.Input((4,), name="in")
    twice = layers.Dense(4, name="twice")
    x = twice(image)
    x = layers.Dense(4, name="middle")(x)
    x = twice(x) if shared else layers.Dense(4, name="other")(x)
    x = layers.Dense(3, name="after")(x)
    return keras.Model(image, layers.Dense(2, name="head")(x), name="chain")


def test_a_shared_layer_stays_on_one_side():
    assert [p.name for p in split_points(dense_chain(shared=False))] == ["input", "twice", "middle", "other", "after"]
    model = dense_chain(shared=True)
    assert [p.name for p in split_points(model)] == ["input", "twice", "after"]
    x = np.ones((2, 4), "float32")
    for point in split_points(model):
        stem, tail = cut(model, point)
        assert np.array_equal(outputs(tail, outputs(stem, x)), outputs(model, x))
        assert not {id(w) for w in stem.weights} & {id(w) for w in tail.weights}
    assert split_points(model)[1].frozen_layers == 3, "twice, middle, twice again"


def test_sequential_models_are_split_too():
    model = keras.Sequential([keras.Input((8,)), layers.Dense(4, name="first"), layers.Dense(2)])
    assert [p.name for p in split_points(model)] == ["input", "first"]
    stem, tail = cut(model, "first")
    x = np.ones((2, 8), "float32")
    assert np.array_equal(outputs(tail, outputs(stem, x)), outputs(model, x))


class Subclassed(keras.Model):
    pass


def two_inputs() -> keras.Model:
    a, b = keras.Input((2,)), keras.Input((2,))
    return keras.Model([a, b], layers.Dense(1)(layers.Add()([a, b])), name="two")


def two_outputs() -> keras.Model:
    a = keras.Input((2,))
    return keras.Model(a, [layers.Dense(1)(a), layers.Dense(1)(a)], name="two")


def nested() -> keras.Model:
    inner = keras.Sequential([keras.Input((2,)), layers.Dense(2)], name="inner")
    a = keras.Input((2,))
    return keras.Model(a, layers.Dense(1)(inner(a)), name="outer")


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (Subclassed, "Subclassed has no graph"),
        (lambda: keras.Sequential([layers.Dense(1)]), "Sequential has no graph"),
        (two_inputs, "2 inputs and 1 outputs"),
        (two_outputs, "1 inputs and 2 outputs"),
        (nested, "'inner' is a model with weights"),
    ],
)
def test_models_that_cannot_be_split(build, message):
    with pytest.raises(UserError, match=message):
        split_points(build())


@pytest.mark.parametrize(
    ("split", "message"),
    [
        ("conv_dw_5_relu", r"not a split point; nearest: 'conv_pw_4' \(index 5\) and 'conv_pw_5' \(index 6\)"),
        ("predictions", r"nearest: 'pooled features' \(index 15\)$"),
        ("conv_pw_14", "unknown split point 'conv_pw_14': did you mean 'conv_pw_"),
        (16, r"split=16: .* 0 \(input\) to 15"),
        (-1, "split=-1"),
        (True, "split=True"),
        (SplitPoint(3, "mixed3", "mixed3", (4, 4, 768), 9, 0.5, 1), "of another network"),
    ],
)
def test_splits_that_are_none(small, split, message):
    with pytest.raises(UserError, match=message) as error:
        cut(small, split)
    assert not re.search(r"\n", str(error.value))


@pytest.mark.parametrize("splits", [[3, 3], ["conv_pw_5", "conv_pw_4"]])
def test_segments_must_ascend(small, splits):
    with pytest.raises(UserError, match="must ascend"):
        segments(small, splits)
