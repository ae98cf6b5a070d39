"""The road of profile `paper`, tiny: photos of two sources, weights from a file, a camera's film, in the calls that
notebooks 01, 03, 05 and 07 make."""

import itertools

import numpy as np
import pandas as pd
import pytest
from media import videos
from PIL import Image
from trainer.test_training import here_alone

from mainstream.data import downloads
from mainstream.data.geometry import LETTERBOX, fitted
from mainstream.errors import UserError
from mainstream.networks import base as bases
from mainstream.package import Zone
from mainstream.runner.clock import Virtual
from mainstream.runner.devices import load_device
from mainstream.runner.frames import WorldSource
from mainstream.runner.stream import Runner
from mainstream.study import executed, film, on_video, recorder
from mainstream.trainer import Settings, train
from streetworld.encode import write_h264

SPLITS = ["input", "conv_pw_12", "pooled features"]
PX, FPS, SECONDS = 32, 10, 24
EVENTS = [(2.0, 4.0), (6.0, 7.5), (10.0, 11.0), (14.0, 16.0), (18.0, 19.5), (21.5, 22.5)]


def picture(box, k):
    """Noise, with a bright square or without."""
    rng = np.random.default_rng(k)
    image = rng.integers(60, 130, (48, 48, 3), dtype=np.uint8)
    if box:
        y, x = rng.integers(4, 24, 2)
        image[y : y + 18, x : x + 18] = 245
    return image


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Twenty photos labelled in a table, twenty that all show the second class, a film, its events, and weights."""
    place = tmp_path_factory.mktemp("paper")
    rows = {"boxes": [], "stripes": []}
    for source in rows:
        (place / source / "images").mkdir(parents=True)
        for k in range(20):
            image = picture(k % 2 == 0 and source == "boxes", k)
            if source == "stripes":
                image[:, 20:28] = 10
            Image.fromarray(image).save(place / source / "images" / f"{source}{k}.png")
            part = "train" if k < 12 else "val" if k < 16 else "test"
            rows[source].append({"image": f"{source}{k}.png", "square": int(k % 2 == 0), "partition": part})
        pd.DataFrame(rows[source]).to_csv(place / source / "labels.csv", index=False)
    frames = (picture(any(a <= k / FPS < b for a, b in EVENTS), 1000 + k) for k in range(SECONDS * FPS))
    write_h264(place / "film.mp4", frames, fps=FPS, size=(48, 48))
    pd.DataFrame([("box", a, b) for a, b in EVENTS], columns=["app", "start_s", "end_s"]).to_csv(
        place / "film.csv", index=False
    )
    bases.build("mobilenet-0.25", PX).save_weights(place / "base.weights.h5")
    return place


def test_from_photos_and_a_film_to_schedules_and_a_stream(place, tmp_path, monkeypatch):
    monkeypatch.setattr("mainstream.trainer.run.pool", here_alone)
    apps, named = ["box", "stripe"], {"mobilenet-0.25": str(place / "base.weights.h5")}
    [base] = bases.load_bases({"mobilenet-0.25": PX}, named)
    boxes, stripes = (str(place / source / "labels.csv") for source in ("boxes", "stripes"))
    photos = downloads.gathered({boxes: {"box": "square"}, stripes: {"stripe": ""}}, apps).decode(PX)
    assert photos.labels.sum(0).tolist() == [10, 20] and photos.classes == ("box", "stripe")
    of_film = {"video": str(place / "film.mp4"), "truth": str(place / "film.csv"), "apps": apps, "size": PX}
    first, second = (film.half(k, **of_film, fps=fps) for k, fps in ((0, 5), (1, None)))
    assert (first.fps, second.fps, list(second.truth)) == (5, FPS, ["box"])
    assert second.truth["box"] == pytest.approx(np.array(EVENTS[3:]) - 12.5, abs=0.11)
    packages = train(
        apps, photos, base, tmp_path / "packages", settings=Settings.photos(epochs=1), splits=SPLITS,
        footage=first.footage(), checkpoints=tmp_path / "ck",
    )  # fmt: skip
    box, stripe = packages.values()
    assert [s.layer for s in box.splits] == SPLITS and stripe.events is None
    [measured] = film.measured(packages.values())
    assert measured.application == "box" and len(measured.events.correlation) > 0
    footage = second.footage(3.0)
    assert footage.clip.max() == 2 and not footage.has("box")[np.flatnonzero(np.diff(footage.clip))].any()
    recording = recorder.record([measured], base, [footage])
    assert on_video.refitted([measured], recording)[0].splits[0].video.positives > 0
    table = executed.headline([measured], recording, [2], load_device("nuc-2017"))
    assert table.groupby("n_apps").system.nunique().eq(4).all() and table.executed.between(0, 1).all()
    runner = Runner(base, {"box": measured}, load_device("nuc-2017"), stream_fps=second.fps)
    report = runner.run(WorldSource(second), Virtual())
    assert report.frames == len(second) and len(report.decisions) > 0


def test_the_film_shows_what_its_table_is_of(place, tmp_path):
    of_film = {"video": str(place / "film.mp4"), "apps": ["box"], "size": 48}
    table = pd.read_csv(place / "film.csv")
    whole = film.half(1, truth=str(place / "film.csv"), **of_film).images

    def seen(zone):
        table.assign(zone=zone).to_csv(tmp_path / "zone.csv", index=False)
        return film.half(1, truth=str(tmp_path / "zone.csv"), **of_film).images

    expected = np.stack([fitted(image, 48, LETTERBOX, Zone(0.5, 0, 0.5, 1)) for image in whole])
    right = seen("0.5,0,0.5,1")
    assert np.abs(right.astype(int) - expected).max() <= 1 and not np.array_equal(right, whole)
    assert np.array_equal(seen(""), whole)
    with pytest.raises(UserError, match=r"0.9,0,0.2,1: must be x,y,w,h"):
        seen("0.9,0,0.2,1")
    with pytest.raises(UserError, match=r"column zone has '0,0,1,0.5' and '0.5,0,0.5,1'; one table for each zone"):
        seen(["0.5,0,0.5,1", *["0,0,1,0.5"] * (len(table) - 1)])


def test_truth_goes_with_the_frames_of_a_film_that_has_gaps(place, tmp_path):
    """A camera that was away for two seconds, and one that now and then sends a frame late."""
    times = np.arange(SECONDS * FPS) / FPS
    late = np.random.default_rng(0).uniform(0, 0.4, len(times)) / FPS
    late[0] = 0  # where a player starts
    for stamps in (times[(times < 8) | (times >= 9.8)], times + late):
        inside = [any(a <= t < b for a, b in EVENTS) for t in stamps]
        videos.write(tmp_path / "gap.mp4", [255 * flag for flag in inside], rate=FPS, stamps_s=stamps)
        for k, fps in itertools.product((0, 1), (4, None)):
            of_film = {"video": str(tmp_path / "gap.mp4"), "truth": str(place / "film.csv"), "apps": ["box"]}
            seen = film.half(k, **of_film, size=PX, fps=fps)
            light = seen.images.mean(axis=(1, 2, 3))
            assert (seen.footage().has("box") == (light > (light.min() + light.max()) / 2)).all(), (k, fps)
            assert len(seen.truth["box"]) == 3


def test_what_is_missing_is_named(place):
    with pytest.raises(UserError, match=r"network with a file of weights 'mobilnet'.*mobilenet-0.25"):
        bases.load_bases({"mobilenet-0.25": PX}, {"mobilnet": "w.h5"})
    table = str(place / "boxes" / "labels.csv")
    with pytest.raises(UserError, match="'cat': no source of photos"):
        downloads.gathered({table: {"box": "square"}}, ["box", "cat"])
    with pytest.raises(UserError, match="unknown application 'bax'"):
        downloads.gathered({table: {"bax": "square"}}, ["box"])
    (place / "boxes" / "again.csv").write_text((place / "boxes" / "labels.csv").read_text())
    with pytest.raises(UserError, match=r"'.*': is in two sources of photos"):
        downloads.gathered({table: {"box": "square"}, str(place / "boxes" / "again.csv"): {"cat": ""}}, ["box", "cat"])
    of_film = {"video": str(place / "film.mp4"), "truth": str(place / "film.csv"), "size": PX}
    with pytest.raises(UserError, match=r"unknown application 'cat'.*box"):
        film.half(1, **of_film, apps=["cat"], needed=["cat"])
    with pytest.raises(UserError, match=r"film\.csv: no 1 s between events of cat to cut"):
        film.half(1, **of_film, apps=["cat"])
    with pytest.raises(UserError, match=r"film\.csv: unknown application 'box': did you mean 'Box'"):
        film.half(1, **of_film, apps=["Box", "cat"])
    with pytest.raises(UserError, match=r"video='.*film\.mp4': needs its truth, a CSV"):
        film.half(1, **{**of_film, "truth": ""}, apps=["Box"])
    with pytest.raises(UserError, match="--param video=FILM --param truth=CSV"):
        film.measured([])
