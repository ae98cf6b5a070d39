"""What an application was trained on is what it gets on the stream; what was trained otherwise shares no stem."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from mainstream.data.datasets import list_folder
from mainstream.data.filmed import sampled_frames
from mainstream.data.geometry import LETTERBOX, SQUEEZED, fitted
from mainstream.errors import UserError
from mainstream.package import MPackage
from mainstream.runner.network import Member, SharedNetwork
from mainstream.runner.sources import VideoSource
from streetworld import render_video


def test_photos_footage_and_stream_see_the_same_picture(tmp_path, base, make_package):
    video, _ = render_video(tmp_path / "v.mp4", 1, camera=0, seed=1, fps=5.0)
    frame = next(iter(VideoSource(video))).image
    for k in range(24):
        for name in ("cat", "dog"):
            (tmp_path / "photos" / name).mkdir(parents=True, exist_ok=True)
            Image.fromarray(frame).save(tmp_path / "photos" / name / f"{k}.png")
    photos = list_folder(tmp_path / "photos").decode(128)
    footage, _ = sampled_frames(video, fps=5, size=128)
    package = make_package(base, tmp_path / "app", "cat").model_copy(update={"geometry": photos.geometry})
    network = SharedNetwork(base, [Member("cat", package, "pooled features", 5.0, 1)])
    assert photos.geometry == LETTERBOX == network.geometry
    assert np.array_equal(photos.images[0], footage[0])
    assert np.array_equal(photos.images[0], network.prepare(frame)[0])


def test_a_package_without_the_field_goes_on_as_it_was_made(packages):
    package = packages["cat"]
    file = package._directory / "mpackage.json"
    text = file.read_text()
    assert '"geometry"' in text, "new ones say it"
    old = MPackage.model_validate_json(text.replace(' "geometry": "squeezed",\n', ""))
    assert old.geometry == SQUEEZED == package.geometry


def test_a_stream_of_older_packages_is_squeezed_as_before(base, packages):
    network = SharedNetwork(base, [Member("cat", packages["cat"], "pooled features", 5.0, 1)])
    frame = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)
    assert np.array_equal(network.prepare(frame)[0], fitted(frame, base.identity.input_shape[0], SQUEEZED))


def test_other_geometries_share_no_stem(base, packages):
    other = packages["car"].model_copy(update={"geometry": LETTERBOX})
    members = [Member(p.application, p, "pooled features", 5.0, 1) for p in (packages["cat"], other)]
    with pytest.raises(
        UserError, match=r"'cat' and 'car' .* geometry of pictures differs \(squeezed against letterbox"
    ):
        SharedNetwork(base, members)
