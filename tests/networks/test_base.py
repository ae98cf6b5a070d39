"""Base networks: their identity, what they expect of pixels, and files that are not theirs."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from mainstream.errors import UserError
from mainstream.networks import base as bases
from mainstream.networks.backend import keras
from mainstream.paths import BASE, ROOT

REAL = Path(os.environ.get("MAINSTREAM_REALDATA", ""), "weights", "mobilenet_0.25_128_imagenet_no_top.weights.h5")


def test_embedded_base_is_the_one_recorded():
    base = bases.load_base()
    record = json.loads((BASE / "base.json").read_text())
    assert base.identity.weights == record["weights"] == bases.weights_hash(base.network)
    assert base.identity.input_shape == (128, 128, 3) and base.network.output_shape == (None, 256)
    assert (BASE / bases.EMBEDDED).stat().st_size < 8e6
    assert (ROOT / record["command"].split()[1]).is_file()  # how it is made again
    assert {h: v["accuracy"] > 1.15 * v["chance"] for h, v in record["held_out"].items()} == dict.fromkeys(
        ("shape", "pattern", "color"), True
    )


def test_embedded_base_that_was_exchanged_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(bases, "BASE", tmp_path)
    with pytest.raises(UserError, match=r"base\.json: .*; make it with: python data/base/build/pretrain"):
        bases.load_base()
    shutil.copy(BASE / "base.json", tmp_path)
    with pytest.raises(UserError, match="no such file"):
        bases.load_base()
    keras.utils.set_random_seed(1)
    bases.build("mobilenet-0.25", 128).save_weights(tmp_path / bases.EMBEDDED)
    with pytest.raises(UserError, match=r"holds sha256:\w+, base.json records sha256:"):
        bases.load_base()


@pytest.mark.parametrize(
    ("text", "said"),
    [("[]", "object"), ("{}", "architecture: Field required"), ('{"architecture": 3}', "architecture: Input")],
)
def test_a_record_of_the_embedded_base_that_was_edited_is_one_line(tmp_path, monkeypatch, text, said):
    monkeypatch.setattr(bases, "BASE", tmp_path)
    (tmp_path / "base.json").write_text(text)
    with pytest.raises(UserError, match=rf"base\.json: .*{said}"):
        bases.load_base()


def test_identity_follows_the_weights_and_not_the_file(tmp_path):
    keras.utils.set_random_seed(2)
    network = bases.build("mobilenet-0.25", 32)
    network.save_weights(tmp_path / "a.weights.h5")
    other = bases.load_base("imagenet", weights=tmp_path / "a.weights.h5", architecture="mobilenet-0.25", size=32)
    assert other.identity == bases.identify(network, "mobilenet-0.25")
    values = network.get_weights()
    values[3].flat[0] += 1e-6
    network.set_weights(values)
    assert bases.identify(network, "mobilenet-0.25") != other.identity


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"name": "imagenet21k"}, r"base 'imagenet21k'.*embedded"),
        ({"name": "embedded", "size": 224}, r"embedded.*has its own"),
        ({"name": "imagenet", "architecture": "mobilenet-9"}, r"architecture 'mobilenet-9'.*mobilenet-1\.0"),
        ({"name": "imagenet", "weights": "nowhere.h5"}, r"nowhere\.h5.*no such file"),
        ({"name": "imagenet", "architecture": "inception-v3", "size": 32}, r"size=32: inception-v3 cannot take it"),
    ],
)
def test_bad_bases_are_named(arguments, named):
    with pytest.raises(UserError, match=named):
        bases.load_base(**arguments)


def test_weights_of_another_architecture_or_none_at_all_leave_the_network_as_it_was(tmp_path, recwarn):
    network = bases.build("mobilenet-0.25", 32)
    before = bases.weights_hash(network)
    wrong = tmp_path / "wrong.weights.h5"
    bases.build("mobilenet-0.5", 32).save_weights(wrong)
    fewer = tmp_path / "fewer.weights.h5"
    bases.keras.Sequential([bases.keras.Input((8,)), bases.keras.layers.Dense(1)]).save_weights(fewer)
    text = tmp_path / "text.weights.h5"
    text.write_text("no weights")
    spoilt = tmp_path / "spoilt.weights.h5"
    other = bases.build("mobilenet-0.25", 32)
    other.set_weights([np.full_like(v, np.nan) for v in other.get_weights()])
    other.save_weights(spoilt)
    none = "not the weights of a headless"
    for file, said in ((wrong, none), (fewer, none), (text, none), (spoilt, "not finite")):
        with pytest.raises(UserError, match=f"{file.name}.*{said}"):
            bases.load_weights(network, file, "mobilenet-0.25")
        assert bases.weights_hash(network) == before
    assert not [w for w in recwarn if w.category is UserWarning], "one line says it"


@pytest.mark.parametrize("architecture", bases.ARCHITECTURES)
def test_pixels_are_prepared_as_keras_does(architecture):
    modules = {
        "MobileNet": "mobilenet", "InceptionV3": "inception_v3", "ResNet50": "resnet", "MobileNetV2": "mobilenet_v2",
        "MobileNetV3Small": "mobilenet_v3", "MobileNetV3Large": "mobilenet_v3", "EfficientNetV2B0": "efficientnet_v2",
    }  # fmt: skip
    name, _, preprocessing = bases.ARCHITECTURES[architecture]
    images = np.random.default_rng(0).integers(0, 256, (2, 5, 4, 3), dtype=np.uint8)
    theirs = getattr(keras.applications, modules[name]).preprocess_input(images.astype("float32"))
    assert np.allclose(bases.preprocess(images, preprocessing), theirs, atol=1e-4)


def test_unknown_preparation_is_named():
    with pytest.raises(UserError, match="preprocessing 'x/255'"):
        bases.preprocess(np.zeros((1, 2, 2, 3), np.uint8), "x/255")


@pytest.mark.skipif(not REAL.is_file(), reason="needs MAINSTREAM_REALDATA with ImageNet weights")
def test_imagenet_weights_from_a_file():
    base = bases.load_base("imagenet", weights=REAL, architecture="mobilenet-0.25", size=128)
    assert base.identity.architecture == "mobilenet-0.25" and base.identity.weights.startswith("sha256:")
