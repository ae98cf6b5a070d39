"""M-Trainer on a real, tiny MobileNet: what a run leaves behind, how it goes on after a kill, what it refuses."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest

from mainstream.data import rates
from mainstream.data.footage import Footage
from mainstream.data.photos import Photos
from mainstream.errors import UserError
from mainstream.networks import base as bases
from mainstream.networks import tails
from mainstream.networks.backend import keras, tf
from mainstream.networks.base import BaseNetwork
from mainstream.networks.splits import cut, split_points, with_head
from mainstream.package import MPackage
from mainstream.study import on_video, recorder
from mainstream.study.curves import load_packages
from mainstream.trainer import Settings, away, run, train
from mainstream.trainer.checkpoint import Job
from mainstream.trainer.fit import Part, TailTrainer
from mainstream.trainer.frozen import Frozen, _OnDisk
from mainstream.trainer.optimizer import AdamW
from mainstream.trainer.worker import Task, Worker

SPLITS = ["conv_pw_11", "conv_pw_12", "conv_pw_13", "pooled features"]
SETTINGS = Settings(epochs=2, batch=16, learning_rate=1e-3)


def pictures(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise with a bright square ('box'), a dark stripe ('stripe'), both or neither."""
    rng = np.random.default_rng(seed)
    images = rng.integers(80, 150, (n, 32, 32, 3), dtype=np.uint8)
    labels = np.stack([np.arange(n) % 2 == 0, np.arange(n) % 3 == 0], 1)
    for image, (box, stripe) in zip(images, labels, strict=True):
        y, x = rng.integers(2, 18, 2)
        if box:
            image[y : y + 12, x : x + 12] = 240
        if stripe:
            image[:, x : x + 4] = 20
    return images, labels


@contextmanager
def here_alone(*arguments: object):
    """Trains in this process: one of its own would import and start TensorFlow anew for each of these trainings."""
    tf.config.experimental.enable_op_determinism()  # as in a process of its own; threads: see conftest
    yield submitted


def submitted(work, task) -> Future[None]:
    keras.utils.clear_session()  # layers are numbered from the start, in files too
    done: Future[None] = Future()
    try:
        Worker(task).run()
        done.set_result(None)
    except UserError as e:
        done.set_exception(e)
    return done


@pytest.fixture
def here(monkeypatch) -> None:
    monkeypatch.setattr("mainstream.trainer.run.pool", here_alone)


@pytest.fixture(scope="module")
def base() -> BaseNetwork:
    keras.utils.set_random_seed(0)
    network = bases.build("mobilenet-0.25", 32)
    return BaseNetwork(network, bases.identify(network, "mobilenet-0.25"))


@pytest.fixture(scope="module")
def photos() -> Photos:
    images, labels = pictures(144, 0)
    partition = np.repeat(["train", "val", "test"], [80, 32, 32])
    return Photos(images, labels, ("box", "stripe"), tuple(f"{k}.png" for k in range(144)), partition)


@pytest.fixture(scope="module")
def footage() -> Footage:
    images, labels = pictures(24, 1)
    steady = np.repeat(labels[:8], 3, axis=0)  # events of three frames
    return Footage(images, steady, ("box", "stripe"), np.repeat([0, 1], 12), 4.0)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, base, photos, footage) -> Path:
    """The output folder of a whole run; its checkpoints lie beside it."""
    place = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mainstream.trainer.run.pool", here_alone)
        squares(place, base, photos, footage)
    return place


def squares(place: Path, base: BaseNetwork, photos: Photos, footage: Footage, **options: object) -> None:
    """Both applications into `place/packages`, checkpoints beside."""
    options = {"settings": SETTINGS, "splits": SPLITS, "checkpoints": place / "ck", "jobs": 1, **options}
    train(["box", "stripe"], photos, base, place / "packages", footage=footage, source="squares", **options)


def test_package_holds_every_split_and_its_rates(undisturbed, photos):
    package = MPackage.load(undisturbed / "packages" / "box").validate()
    assert [s.layer for s in package.splits] == SPLITS
    assert package.source == "squares" and package.events is not None and package.events.length_s > 0
    test = photos.part("test").has("box")
    for record in package.splits:
        assert (record.positives, record.negatives) == (test.sum(), (~test).sum())
        assert record.tpr_interval[0] <= record.tpr <= record.tpr_interval[1]
        assert record.video is not None and record.video.clips == 2 and record.tail is not None
    losses = list(package.training["val_loss"].values())  # from the shallowest to the deepest
    assert all(a <= b + 1e-9 for a, b in zip(losses, losses[1:], strict=False)), "a split starts from its neighbour"


def test_photos_and_footage_of_other_geometries_are_refused(tmp_path, base, photos, footage):
    with pytest.raises(UserError, match="photos are of geometry 'squeezed', footage of 'letterbox'"):
        train(["box"], photos, base, tmp_path, footage=replace(footage, geometry="letterbox"), checkpoints=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("apps", [["../../escaped"], ["stripe", "Stripe"]])
def test_names_that_are_no_folders_write_nothing(tmp_path, base, photos, apps):
    named = replace(photos, classes=("../../escaped", "stripe"))
    kept = tmp_path / "escaped" / "split_000.weights.h5"
    kept.parent.mkdir()
    kept.write_text("somebody's")
    with pytest.raises(UserError, match=r"becomes the name of a folder, and must not hold '/'|each name once"):
        train(apps, named, base, tmp_path / "a" / "b", checkpoints=tmp_path / "ck")
    assert kept.exists() and [p.name for p in tmp_path.iterdir()] == ["escaped"]


def test_the_package_says_the_geometry_of_its_photos(undisturbed, photos):
    assert MPackage.load(undisturbed / "packages" / "box").geometry == photos.geometry == "squeezed"


def test_rates_are_those_of_the_weights_in_the_package(undisturbed, base, photos):
    package = MPackage.load(undisturbed / "packages" / "stripe").validate()
    test = photos.part("test")
    for record in package.splits:
        model = with_head(base.network)
        stem, tail = cut(model, record.layer)
        tail.load_weights(undisturbed / "packages" / "stripe" / record.tail.file)
        logits = np.asarray(tail(stem(bases.preprocess(test.images), training=False), training=False))[:, 0]
        said = 1 / (1 + np.exp(-logits)) >= record.threshold
        assert said[test.has("stripe")].mean() == pytest.approx(record.tpr)
        assert said[~test.has("stripe")].mean() == pytest.approx(record.fpr)


@pytest.mark.parametrize(
    ("options", "room"),
    [
        ({"splits": SPLITS[1:]}, np.inf),
        ({"splits": SPLITS[2:]}, 0),
        pytest.param({"jobs": 2}, 0, marks=pytest.mark.slow),
    ],
)
def test_what_is_kept_in_memory_and_the_number_of_processes_change_nothing(
    tmp_path, undisturbed, base, photos, footage, options, room, request, monkeypatch
):
    """Stem outputs computed anew for every batch, or read from disk; in a process for each application, or here."""
    if "jobs" not in options:
        request.getfixturevalue("here")
    monkeypatch.setattr("mainstream.trainer.frozen.ROOM", room)
    anew = SETTINGS.model_copy(update={"cache_gb": 0.0})
    squares(tmp_path, base, photos, footage, settings=anew, **options)
    for app in ("box", "stripe"):
        mine, other = (MPackage.load(p / "packages" / app) for p in (tmp_path, undisturbed))
        assert mine.splits == other.splits[-len(mine.splits) :] and mine.events == other.events


def test_a_disk_without_room_is_said_before_anything_is_written(tmp_path, base, photos):
    large = replace(photos, images=np.broadcast_to(photos.images[:1, :1, :1], (144, 10**7, 10**7, 3)))
    with (
        pytest.raises(UserError, match=r"training takes \d+ MiB there, its disk has \d+ left"),
        run._files(tmp_path, large, None, base),
    ):
        pass
    assert not list(tmp_path.iterdir())


def test_outputs_that_a_full_disk_has_cut_short_are_an_error_and_no_zeros(tmp_path):
    """A write that ends short says nothing of it; the next one would."""
    kept, rows = _OnDisk((1, 2, 1000), tmp_path), np.arange(2)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (7900, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            kept[0, rows] = np.ones((2, 1000), "float32")
            kept[np.zeros(2, int), rows]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_split_that_frees_next_to_nothing_is_its_neighbours_network(tmp_path, base, photos, here):
    """`conv1` is, with nothing computed for it; `conv_pw_4` frees enough to be trained."""
    splits = ["conv1", "conv_pw_1", "conv_pw_4", "pooled features"]
    few = Settings(epochs=1, batch=16, learning_rate=1e-3)
    train(["box"], photos, base, tmp_path / "out", settings=few, splits=splits, checkpoints=tmp_path / "ck", jobs=1)
    [folder] = tmp_path.glob("ck/*/box-seed0")
    of = {int(p.stem[-3:]): dict(np.load(p)) for p in folder.glob("*.npz")}
    assert all(np.array_equal(of[3][part], of[9][part]) for part in ("val", "test"))
    log = pd.read_csv(tmp_path / "out" / "training.csv").set_index("layer")
    assert log.epochs.tolist() == [0, 1, 1, 0] and log.stem_seconds["conv1"] == 0 < log.stem_seconds["conv_pw_4"]
    first, second = (tails.load_tail(MPackage.load(tmp_path / "out" / "box"), base, s) for s in splits[:2])
    assert first.threshold == second.threshold


def test_who_the_video_says_nothing_of_is_not_measured_on_it(tmp_path, undisturbed, base, photos, footage):
    boxes = replace(footage, labels=footage.labels[:, :1], classes=("box",))
    packages = train(
        ["box", "stripe"], photos, base, tmp_path, settings=SETTINGS, splits=SPLITS, footage=boxes,
        checkpoints=undisturbed / "ck", source="squares",
    )  # fmt: skip
    box, stripe = packages.values()
    assert box.events is not None and all(s.video for s in box.splits)
    assert stripe.events is None and not any(s.video for s in stripe.splits) and stripe.splits[0].tpr > 0


def test_how_far_a_split_is_can_be_watched(tmp_path, base, photos, here, monkeypatch):
    said = []
    monkeypatch.setattr("mainstream.trainer.worker.SAY_S", 0.0)
    monkeypatch.setattr("mainstream.trainer.worker.write_text", lambda path, text: said.append(json.loads(text)))
    train(["box"], photos, base, tmp_path, settings=SETTINGS, splits=SPLITS[1:], checkpoints=tmp_path / "ck")
    steps = [share for _, share, words in said if "'box', seed 0, split 'conv_pw_12'" in words]
    assert steps == sorted(steps) and steps[0] == 0 < steps[-1] < 1
    assert [w for *_, w in said][-1].endswith("epoch 2 of 2") and "frozen outputs of 80 photos" in said[0][2]


def test_second_run_trains_nothing(undisturbed, base, photos, footage):
    before = {p: p.stat().st_mtime_ns for p in (undisturbed / "ck").rglob("split_*")}
    train(
        ["box"], photos, base, undisturbed / "again", settings=SETTINGS, splits=SPLITS, footage=footage,
        checkpoints=undisturbed / "ck", source="squares",
    )  # fmt: skip
    assert before and {p: p.stat().st_mtime_ns for p in (undisturbed / "ck").rglob("split_*")} == before
    same = [(undisturbed / place / "box" / "mpackage.json").read_bytes() for place in ("packages", "again")]
    assert same[0] == same[1]


def files(place: Path) -> dict[str, bytes]:
    """Everything below, save what tells of times."""
    return {
        p.relative_to(place).as_posix(): p.read_bytes()
        for p in sorted(place.rglob("*"))
        if p.is_file() and p.name != "training.csv" and not (p.name.startswith("split_") and p.suffix == ".json")
    }


def test_a_task_trains_elsewhere_what_is_missing_and_brings_it_back(
    tmp_path, undisturbed, base, photos, footage, monkeypatch
):
    monkeypatch.setattr(away, "one_thread", tf.config.experimental.enable_op_determinism)  # threads: see conftest
    [root] = [p for p in (undisturbed / "ck").iterdir() if p.is_dir()]
    kept = {name: content for name, content in away._kept(root, [Job("box", 0)]).items() if "split_069" not in name}
    assert len(kept) == 9
    with run._files(tmp_path / "sent", photos, footage, base) as sent:
        task = Task(base.identity, sent, root, (Job("box", 0),), photos.classes, tuple(SPLITS), SETTINGS)
        made = away.away(task, {p.name: p.read_bytes() for p in sent.iterdir()}, kept)
    assert sorted(made.files) == [f"box-seed0/split_069{suffix}" for suffix in (".json", ".npz", ".weights.h5")]
    away.brought(made, tmp_path / "back")
    whole = files(root / "box-seed0")
    assert files(tmp_path / "back" / "box-seed0") == {name: c for name, c in whole.items() if "069" in name}


SCRIPT = """
import os, sys, time
sys.path.insert(0, {folder!r})
from pathlib import Path
import test_training as t
from mainstream.networks import base as bases
from mainstream.networks import tails

if __name__ == "__main__":
    make = lambda f: f.__wrapped__() if hasattr(f, "__wrapped__") else f._get_wrapped_function()()
    place = Path(sys.argv[1])
    for gate in map(Path, sys.argv[2:]):  # two that are started at once meet here
        Path(gate, str(os.getpid())).touch()
        while len(list(gate.iterdir())) < 2:
            time.sleep(0.01)
    t.squares(place, make(t.base), make(t.photos), make(t.footage), jobs=2)
"""


def begun(tmp_path: Path, n: int = 1) -> tuple[Path, subprocess.Popen[bytes], list[int]]:
    """A training under way in a session of its own, once it has `n` splits: script, process, ids of its workers."""
    script = tmp_path / "go.py"
    script.write_text(SCRIPT.format(folder=str(Path(__file__).parent)))
    out = (tmp_path / "out").open("wb")
    process = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)], start_new_session=True, stdout=out, stderr=out,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    deadline = time.monotonic() + 600
    while len(list((tmp_path / "ck").rglob("split_*.json"))) < n:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    return script, process, [p.pid for p in psutil.Process(process.pid).children() if "popen_loky" in str(p.cmdline())]


def gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + 60
    while any(psutil.pid_exists(p) and psutil.Process(p).status() != psutil.STATUS_ZOMBIE for p in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def finished(place: Path) -> dict[Path, int]:
    """What is trained there, and when it was written."""
    return {p: p.stat().st_mtime_ns for p in (place / "ck").rglob("split_*.json")}


def killed(place: Path) -> tuple[Path, dict[Path, int]]:
    """A training in two processes whose parent alone is killed: they end by themselves. The script; what is trained."""
    script, process, workers = begun(place, 3)
    process.kill()
    process.wait()
    assert workers and gone(workers)
    before = finished(place)
    assert 3 <= len(before) < 8
    return script, before


def test_killed_and_started_again_gives_the_same_package(tmp_path, undisturbed, base, photos, footage, here):
    _, before = killed(tmp_path)
    squares(tmp_path, base, photos, footage)
    is_the_same(tmp_path, undisturbed, before)


@pytest.mark.slow
def test_killed_and_started_again_twice_at_once_gives_the_same_package(tmp_path, undisturbed):
    """Of the two that go on, one waits for the other."""
    script, before = killed(tmp_path)
    (gate := tmp_path / "gate").mkdir()
    command = [sys.executable, str(script), str(tmp_path), str(gate)]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("this training: process " in text and "is at work there; waiting" in text for text in said) == 1
    is_the_same(tmp_path, undisturbed, before)


def is_the_same(place: Path, undisturbed: Path, before: dict[Path, int]) -> None:
    """Nothing was trained twice, packages are those of the undisturbed run, and nothing else is left."""
    after = finished(place)
    assert len(after) == 8 and {p: after[p] for p in before} == before
    for app in ("box", "stripe"):
        for file in sorted((undisturbed / "packages" / app).iterdir()):
            if file.suffix == ".json":
                assert (place / "packages" / app / file.name).read_bytes() == file.read_bytes()
    left = [p for p in place.rglob("*") if p.name.startswith((".", "data-")) or p.suffix == ".lock"]
    assert left == [], "what the killed run left is swept up"


@pytest.mark.slow
def test_a_worker_that_is_killed_is_one_line(tmp_path):
    _, process, workers = begun(tmp_path)
    os.kill(workers[0], signal.SIGKILL)
    assert process.wait() == 1
    last = (tmp_path / "out").read_text().strip().splitlines()[-1]
    assert "UserError: a training process was ended from outside" in last and "run again" in last


@pytest.mark.slow
def test_control_c_ends_workers_without_a_word_of_theirs(tmp_path):
    _, process, workers = begun(tmp_path)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it: to parent and workers
    process.wait()
    assert gone(workers)
    said = (tmp_path / "out").read_text()
    assert said.count("Traceback") == 1 and said.strip().endswith("KeyboardInterrupt"), said


def test_damaged_checkpoint_is_trained_again(undisturbed, base, photos, footage, here):
    good = MPackage.load(undisturbed / "packages" / "box")
    kept = sorted(p for p in (undisturbed / "ck").rglob("split_*") if "box" in str(p) and "082" not in p.name)
    for suffix in (".weights.h5", ".npz", ".json"):
        file = next(p for p in kept if p.name.endswith(suffix))
        file.write_bytes(file.read_bytes()[:-40])  # cut short
    [file] = [p for p in (undisturbed / "ck").rglob("split_082.weights.h5") if "box" in str(p)]
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    train(
        ["box"], photos, base, undisturbed / "mended", settings=SETTINGS, splits=SPLITS, footage=footage,
        checkpoints=undisturbed / "ck", source="squares",
    )  # fmt: skip
    assert [s.tpr for s in MPackage.load(undisturbed / "mended" / "box").splits] == [s.tpr for s in good.splits]


def test_flipped_byte_in_a_tail_is_named(undisturbed):
    package = MPackage.load(undisturbed / "packages" / "stripe")
    file = undisturbed / "packages" / "stripe" / package.splits[1].tail.file
    whole = file.read_bytes()
    file.write_bytes(whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:])
    with pytest.raises(UserError, match=f"{file.name}.*does not match its checksum"):
        package.validate()
    file.write_bytes(whole)
    package.validate()


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_stem_is_unchanged_to_the_last_bit_at_every_split(base, photos, every):
    tf.config.run_functions_eagerly(True)
    try:
        model = with_head(base.network)
        fresh = model.get_weights()
        rows, labels = np.arange(16), photos.has("box")[:16]
        for point in split_points(model)[::every]:
            model.set_weights(fresh)
            stem, tail = cut(model, point)
            before = np.asarray(stem(bases.preprocess(photos.images[:16]), training=False))
            part = Part(Frozen(stem, photos.images[:16], bases.SCALED, limit_bytes=1e9), labels)
            tail_before = tail.get_weights()
            trainer = TailTrainer(tail, Settings(epochs=1, batch=8, learning_rate=1e-2))
            trainer.fit(part, part, np.random.default_rng(0), "test")
            once_more = part.frozen(rows), labels.astype("float32"), np.ones(16, "float32"), tf.constant(1e-2)
            trainer._step(*once_more)  # is not taken back
            after = np.asarray(stem(bases.preprocess(photos.images[:16]), training=False))
            assert before.tobytes() == after.tobytes(), point.name
            assert any(not np.array_equal(a, b) for a, b in zip(tail.get_weights(), tail_before, strict=True))
            assert np.allclose(part.frozen(rows), before, atol=1e-4), point.name  # another engine rounds otherwise
    finally:
        tf.config.run_functions_eagerly(False)


def test_steps_are_those_of_keras_adamw():
    """Long gradients (shortened) and short ones, a rate that changes; kernels decay, offsets and scales do not."""
    layers = keras.layers
    shape = [keras.Input((5, 5, 2)), layers.DepthwiseConv2D(3), layers.BatchNormalization(), layers.Dense(3)]
    theirs, mine = keras.Sequential(shape), keras.models.clone_model(keras.Sequential(shape))
    mine.set_weights(theirs.get_weights())
    before = theirs.get_weights()
    reference = keras.optimizers.AdamW(1.0, weight_decay=0.05, global_clipnorm=1.0)
    reference.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    reference.build(theirs.trainable_weights)
    ours, rng = AdamW(mine.trainable_weights, 0.05), np.random.default_rng(0)
    for start in (True, False):  # the second time from where the weights are, with nothing else remembered
        for step in range(1, 7):
            gradients = [
                tf.constant(rng.normal(size=w.shape) * 10.0 ** (step % 3 - 2), "float32")
                for w in theirs.trainable_weights
            ]
            reference.learning_rate.assign(0.01 * step)
            reference.apply_gradients(zip(gradients, theirs.trainable_weights, strict=True))
            ours.apply(gradients, tf.constant(0.01 * step))
        for a, b in zip(theirs.get_weights(), mine.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
        if start:
            assert max(np.abs(a - b).max() for a, b in zip(before, mine.get_weights(), strict=True)) > 0.05
            ours.reset()
            for variable in reference.variables:
                variable.assign(tf.zeros_like(variable))


def test_loss_not_finite_stops_and_keeps_what_was_trained(tmp_path, base, photos, here):
    wild = Settings(epochs=1, batch=16, learning_rate=1e38)
    with pytest.raises(UserError, match=r"'box', seed 0, split 'conv_pw_12', epoch 1: the loss is not finite"):
        train(["box"], photos, base, tmp_path / "out", settings=wild, splits=SPLITS, checkpoints=tmp_path / "ck")
    kept = sorted(p.name for p in tmp_path.rglob("split_*.json"))
    assert kept == ["split_081.json", "split_082.json"] and not (tmp_path / "out").exists()


def test_bad_input_is_named_before_anything_is_trained(tmp_path, base, photos, footage):
    def refused(match, *, apps=("box",), data=photos, **arguments):
        with pytest.raises(UserError, match=match):
            train(list(apps), data, base, tmp_path / "out", checkpoints=tmp_path / "ck", **arguments)
        assert not list(tmp_path.rglob("*"))

    refused(r"class 'boks'.*box", apps=["boks"])
    refused(r"split point 'conv_9'", splits=["conv_9"])
    refused(r"photos are \(16, 16, 3\); the base network takes \(32, 32, 3\)",
            data=replace(photos, images=photos.images[:, ::2, ::2]))  # fmt: skip
    refused(r"footage are \(16, 16, 3\)", footage=replace(footage, images=footage.images[:, ::2, ::2]))
    always = photos.labels.copy()
    always[photos.partition == "val", 0] = True
    refused(r"partition 'val' has 32 of 32 images with 'box'", data=replace(photos, labels=always))
    with pytest.raises(UserError, match=r"learning_rate: .*greater than 0.*-1"):
        Settings.read(learning_rate=-1)


def test_warm_start_can_be_turned_off(tmp_path, base, photos, here):
    cold = SETTINGS.model_copy(update={"warm_start": False})
    packages = train(
        ["box"], photos, base, tmp_path, settings=cold, splits=SPLITS[:3], checkpoints=tmp_path / "ck", weights=False
    )
    [package] = packages.values()
    assert len(package.splits) == 3 and all(s.tail is None for s in package.splits)
    assert not list((tmp_path / "box").glob("*.h5"))


def test_of_several_seeds_an_earlier_training_of_one_is_not_among_them(tmp_path, base, photos, here):
    for seeds in ((3,), (0, 1)):
        train(
            ["box"], photos, base, tmp_path, settings=SETTINGS, splits=SPLITS[3:], seeds=seeds,
            checkpoints=tmp_path / "ck",
        )  # fmt: skip
    assert [p.training["seed"] for p in load_packages(tmp_path)] == [0, 1] and not list(tmp_path.glob("box/split_*"))


def test_tail_goes_back_on_its_own_base_and_no_other(undisturbed, base, photos, footage):
    package = MPackage.load(undisturbed / "packages" / "box")
    halves = tails.load_tail(package, base, "conv_pw_12")
    found = rates.count_rates(
        tails.probabilities(halves, photos.part("test").images, bases.SCALED),
        photos.part("test").has("box"), halves.record.threshold,
    )  # fmt: skip
    assert (found.tpr, found.fpr) == pytest.approx((halves.record.tpr, halves.record.fpr))
    [again] = on_video.refitted([package], recorder.record([package], base, [footage]))
    assert [s.video.tpr for s in again.splits] == pytest.approx([s.video.tpr for s in package.splits])
    keras.utils.set_random_seed(5)
    other = bases.build("mobilenet-0.25", 32)
    with pytest.raises(UserError, match=r"'box' was trained on another base: weights is sha256:\w+, here sha256:"):
        tails.load_tail(package, BaseNetwork(other, bases.identify(other, "mobilenet-0.25")), "conv_pw_12")
    with pytest.raises(UserError, match="split 'conv_pw_1'"):
        tails.load_tail(package, base, "conv_pw_1")
    swapped = {"file": package.splits[0].tail.file, "sha256": package.splits[0].tail.sha256}
    data = package.model_dump()
    data["splits"][2]["tail"] = swapped
    (undisturbed / "packages" / "box" / "mpackage.json").rename(undisturbed / "kept.json")
    MPackage.model_validate(data).save(undisturbed / "packages" / "box")
    with pytest.raises(UserError, match="not the weights of the layers above conv_pw_13"):
        tails.load_tail(MPackage.load(undisturbed / "packages" / "box"), base, "conv_pw_13")
    (undisturbed / "kept.json").replace(undisturbed / "packages" / "box" / "mpackage.json")
