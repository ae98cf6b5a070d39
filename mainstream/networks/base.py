"""Base networks: what all applications are fine-tuned from, and how two of them are known to be the same.

`embedded` comes with the kit (`data/base`, made by `data/base/build/pretrain.py`); `imagenet` takes the weights of
`keras.applications`, from a file or downloaded. A base has no head and ends in its pooled features.
Design sections 5 and 6; used by `mainstream.trainer` and notebooks 00, 01 and 02.
"""

import hashlib
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mainstream.errors import UserError, unknown
from mainstream.networks.backend import keras
from mainstream.package import Base
from mainstream.paths import BASE, CACHE, ROOT, alone

SCALED, RAW, CAFFE = "x/127.5-1", "x", "bgr-mean"  # what a network expects of pixels from 0 to 255
_CAFFE_MEAN = np.array([103.939, 116.779, 123.68], "float32")  # of ImageNet, blue green red
_MOBILENETS = {f"mobilenet-{alpha}": ("MobileNet", {"alpha": alpha}, SCALED) for alpha in (0.25, 0.5, 0.75, 1.0)}
ARCHITECTURES: dict[str, tuple[str, dict[str, Any], str]] = {
    **_MOBILENETS,
    "inception-v3": ("InceptionV3", {}, SCALED),
    "resnet50": ("ResNet50", {}, CAFFE),
    "mobilenet-v2": ("MobileNetV2", {}, SCALED),
    "mobilenet-v3-small": ("MobileNetV3Small", {}, RAW),
    "mobilenet-v3-large": ("MobileNetV3Large", {}, RAW),
    "efficientnet-v2-b0": ("EfficientNetV2B0", {}, RAW),
}
EMBEDDED, RECORD = "mobilenet-0.25-128.weights.h5", "base.json"


class Embedded(Base, extra="ignore"):
    """What `base.json` says of the embedded base, and more that only people read. `Embedded.read(BASE / RECORD)`."""


class BaseNetwork(NamedTuple):
    """A network without a head, and its identity as M-Packages state it."""

    network: keras.Model  # images as `preprocess` leaves them → pooled features (batch, features)
    identity: Base


def build(architecture: str, size: int) -> keras.Model:
    """The headless network with random weights, for images of `size` × `size` px.

    Raises `UserError`: an unknown architecture, or a size that it cannot take.
    """
    if architecture not in ARCHITECTURES:
        raise unknown("architecture", architecture, ARCHITECTURES)
    try:
        return _application(architecture, size, None)
    except ValueError as e:
        raise UserError(f"size={size}: {architecture} cannot take it: {e}") from e


def _application(architecture: str, size: int, weights: str | None) -> keras.Model:
    name, arguments, _ = ARCHITECTURES[architecture]
    make = getattr(keras.applications, name)
    return make(weights=weights, include_top=False, pooling="avg", input_shape=(size, size, 3), **arguments)


def load_base(
    name: str = "embedded",
    *,
    weights: str | Path | None = None,
    architecture: str | None = None,
    size: int | None = None,
) -> BaseNetwork:
    """A base by name: `embedded` (mobilenet-0.25 at 128 px) or `imagenet` (default: mobilenet-1.0 at 224 px).

    weights: a file for `imagenet` in place of the download (headless, as `keras.applications` saves it).

    Raises:
        UserError: unknown name; a file that is missing, no weights, or of another architecture; no network; an
            embedded file that is not the one recorded.
    """
    if name == "embedded":
        if weights or architecture or size:
            raise UserError("base='embedded': has its own weights, architecture and size; base='imagenet' takes them")
        return _embedded()
    if name != "imagenet":
        raise unknown("base", name, ("embedded", "imagenet"))
    architecture, size = architecture or "mobilenet-1.0", size or 224
    if weights:
        network = build(architecture, size)
        load_weights(network, Path(weights), architecture)
    else:
        network = _download(architecture, size)
    return BaseNetwork(network, identify(network, architecture))


def load_bases(networks: Mapping[str, int], weights: Mapping[str, str]) -> list[BaseNetwork]:
    """The `embedded` base where `networks` is empty, else each of these (architecture → px) with ImageNet weights.

    weights: architecture → a file in place of the download, looked for from the kit's folder on. Raises as `load_base`.
    """
    if others := sorted(set(weights) - set(networks)):
        raise unknown("network with a file of weights", others[0], networks)
    return [load_base("imagenet", weights=weights.get(name) and ROOT / weights[name], architecture=name, size=px)
            for name, px in networks.items()] or [load_base()]  # fmt: skip


def identify(network: keras.Model, architecture: str) -> Base:
    """The identity of `network` with the weights that it holds now."""
    shape, how = tuple(network.input_shape[1:]), ARCHITECTURES[architecture][2]
    return Base(architecture=architecture, input_shape=shape, preprocessing=how, weights=weights_hash(network))


def weights_hash(network: keras.Model) -> str:
    """'sha256:…' over shapes and values of all weights in order: the same for any file format they came from."""
    digest = hashlib.sha256()
    for value in network.get_weights():
        digest.update(f"{value.shape}{value.dtype.str}".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    return f"sha256:{digest.hexdigest()}"


def preprocess(images: Any, preprocessing: str = SCALED) -> Any:
    """RGB images (…, height, width, 3) with values 0…255, as float32 in the way that the network expects.

    images: an array, or a float32 tensor of a graph in the making.
    """
    x = images.astype("float32") if isinstance(images, np.ndarray) else images
    if preprocessing == SCALED:
        return x / np.float32(127.5) - np.float32(1)
    if preprocessing == CAFFE:
        return x[..., ::-1] - _CAFFE_MEAN
    if preprocessing == RAW:
        return x
    raise unknown("preprocessing", preprocessing, (SCALED, CAFFE, RAW))


def load_weights(network: keras.Model, file: Path, architecture: str) -> None:
    """Reads a file of weights into `network`, or `UserError` with the network unchanged."""
    if not file.is_file():
        raise UserError(f"weights='{file}': no such file")
    before = network.get_weights()
    try:
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # of every layer, before it raises
            network.load_weights(file)
    except (ValueError, OSError, KeyError, TypeError) as e:
        network.set_weights(before)
        reason = " ".join(str(e).split())[:160]
        raise UserError(f"weights='{file}': not the weights of a headless {architecture}: {reason}") from e
    if not all(np.isfinite(value).all() for value in network.get_weights()):
        network.set_weights(before)
        raise UserError(f"weights='{file}': holds values that are not finite")


def _embedded() -> BaseNetwork:
    if not (BASE / RECORD).is_file():
        raise UserError(f"{BASE / RECORD}: is not there; make it with: python data/base/build/pretrain.py")
    said = Embedded.read(BASE / RECORD)
    found = load_base("imagenet", weights=BASE / EMBEDDED, architecture=said.architecture, size=said.input_shape[0])
    if found.identity.weights != said.weights:
        raise UserError(f"{BASE / EMBEDDED}: holds {found.identity.weights}, base.json records {said.weights}")
    return found


def _download(architecture: str, size: int) -> keras.Model:
    """With the weights that Keras fetches (once, into its own cache); `UserError` says how to do without a network."""
    build(architecture, size)  # refuses what cannot be built before anything is fetched
    try:
        with alone(CACHE / ".keras.lock", "the download of weights"):  # into one place, from whatever process
            return _application(architecture, size, "imagenet")
    except Exception as e:  # Keras raises a bare Exception where a download fails
        reason = " ".join(str(e).split())[:160]
        raise UserError(
            f"base='imagenet': no weights of {architecture} to be had ({reason}); fetch its no-top file where there "
            f"is a network and pass it: --weights FILE"
        ) from e
