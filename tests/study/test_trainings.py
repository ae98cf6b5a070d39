"""Ratios over several trainings: what each contributes, and whose recordings belong together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mainstream.data.jobs import JOBS
from mainstream.errors import UserError
from mainstream.package import Base, Events, MPackage, SplitRecord, Tail
from mainstream.runner.devices import nuc_2017
from mainstream.study import executed, on_video, recorder, trainings
from mainstream.study.curves import by_seed
from mainstream.study.figures import executed_tracks
from mainstream.study.replay import Recording, recording_name
from mainstream.study.trainings import FINETUNED, RECORDED, Training, load_trainings, over_lengths, over_trainings

SPLITS, LAYERS = (0, 45, 82), ("input", "middle", "last")


def training(seed, tpr=(0.9, 0.8, 0.5)):
    """Two applications on six clips of a minute at 10 frames/s, whose networks differ from seed to seed."""
    rng, n, clips = np.random.default_rng(seed), 600, 6
    labels = np.stack([(np.arange(n * clips) + 17 * a) % 60 < 12 for a in range(2)])
    said = np.array([[rng.random(n * clips) < np.where(labels[a], p, 0.05) for p in tpr] for a in range(2)])
    recording = Recording(
        apps=np.array(["car", "cat"]), layers=np.array(LAYERS), splits=np.array(SPLITS),
        probabilities=said.astype("float32"), thresholds=np.full((2, 3), 0.5), labels=labels,
        clip=np.repeat(np.arange(clips), n), fps=10.0,
    )  # fmt: skip
    base = Base(architecture="a", input_shape=(1, 1, 3), preprocessing="none", weights="sha256:" + "0" * 64)
    splits = tuple(SplitRecord(split=k, layer=layer, tpr=0.5, fpr=0.5, threshold=0.5)
                   for k, layer in zip(SPLITS, LAYERS, strict=True))  # fmt: skip
    events = Events(length_s=1, frequency=0.5, correlation=(0.0,))
    bare = [MPackage(application=a, base=base, splits=splits, events=events, training={"seed": seed})
            for a in ("car", "cat")]  # fmt: skip
    return Training(seed, on_video.refitted(bare, recording), recording)


def saved(made, root):
    """Results of notebooks 01 and 03 as these trainings would have left them."""
    for t in made:
        for package in t.packages:
            package.save(root / FINETUNED / "packages" / f"{package.application}-{t.seed}")
        (root / RECORDED).mkdir(parents=True, exist_ok=True)
        t.recording.save(root / RECORDED / recording_name(t.seed, made[0].seed))
    return root / FINETUNED, root / RECORDED


def test_one_training_is_the_headline_and_three_alike_vary_by_clips_alone():
    one, device = training(0), nuc_2017()
    alone = over_trainings([one], [8], device)
    row = executed.headline(one.packages, one.recording, [8], device).query("system == 'optimal'").iloc[0]
    for r in alone.itertuples():
        assert (r.ratio, r.low, r.high) == pytest.approx(
            (row[f"over_{r.over}"], row[f"over_{r.over}_low"], row[f"over_{r.over}_high"]), abs=1e-12
        )
        assert r.lowest == r.highest == r.ratio and r.from_trainings == pytest.approx(0, abs=1e-12)
    thrice = over_trainings([one, one, one], [8], device)
    assert thrice[["ratio", "low", "high"]].to_numpy() == pytest.approx(alone[["ratio", "low", "high"]].to_numpy())


def test_over_a_baseline_that_found_nothing_there_is_no_ratio():
    ratios = executed.ratio(np.ones(1000), np.where(np.arange(1000) < 50, 0, 0.5))
    assert executed.limits(ratios) == (2, np.inf) and executed.limits(ratios[50:]) == (2, 2)
    assert executed.limits(executed.ratio(np.zeros(2), np.array([0, 0.5]))) == (0, 0)  # 0/0 says nothing
    blind = training(0)
    blind.recording.probabilities[:, 0] = 0  # not what its packages promise
    rows = over_lengths([blind], [2], [1, 2], nuc_2017())
    assert rows.set_index("over")[["ratio", "low", "high"]].isna().groupby("over").all().all(axis=1).to_dict() == {
        "no_sharing": True, "max_sharing": False,
    }  # fmt: skip
    rows.loc[(rows.over == "no_sharing") & (rows.speed == 1), ["ratio", "low", "high"]] = 2.5, 1.5, np.inf
    assert "2.50 [1.50, inf] times No Sharing" in executed_tracks.by_length(rows, [2]).text  # of the last with a ratio


def test_trainings_that_differ_widen_the_interval():
    unlike, device = [training(0), training(1, (0.95, 0.7, 0.2)), training(2, (0.6, 0.6, 0.55))], nuc_2017()
    rows = over_trainings(unlike, [8], device).set_index("over")
    alone = over_trainings(unlike[:1], [8], device).set_index("over")
    for r in rows.itertuples():
        assert r.trainings == 3 and r.lowest <= r.ratio <= r.highest and r.low <= r.ratio <= r.high
        assert 0 <= r.from_trainings < 1.2 and 0 <= r.from_clips < 1.2
    assert rows.high.max_sharing - rows.low.max_sharing > alone.high.max_sharing - alone.low.max_sharing
    assert rows.from_trainings.max_sharing > rows.from_clips.max_sharing


def test_two_processes_find_the_same_as_one_in_the_order_that_was_asked_for(monkeypatch):
    one, device, tables = training(0), nuc_2017(), []
    for jobs in ("1", "2"):
        monkeypatch.setenv(JOBS, jobs)
        tables.append(executed.headline(one.packages, one.recording, [2, 8, 1], device))
    assert tables[0].n_apps.unique().tolist() == [2, 8, 1] and tables[0].to_csv() == tables[1].to_csv()


def test_shorter_events_stand_beside_what_every_form_promises():
    made, device = [training(0), training(1)], nuc_2017()
    rows = trainings.over_lengths(made, [8], [1, 4], device)
    assert rows.event_length_s.round(2).tolist() == [1.2, 1.2, 0.3, 0.3] and (rows.trainings == 2).all()
    again = over_trainings(made, [8], device, speed=4)
    assert rows[rows.speed == 4].ratio.tolist() == again.ratio.tolist()
    fast = [executed.played(p, 4) for p in made[0].packages]
    told = executed.promised(fast, [8], device, stream_fps=40.0, form="consistent").max_sharing.item()
    assert rows[(rows.speed == 4) & (rows.over == "max_sharing")].promised_consistent.item() == told


def test_kept_trainings_join_a_run_that_saw_the_same_days(tmp_path):
    mine, others = training(1), [training(0), training(1), training(2)]
    run, kept = saved([mine], tmp_path / "run"), tmp_path / "kept"
    saved(others, kept)
    found = load_trainings(*run, kept)
    assert [t.seed for t in found] == [1, 0, 2]
    assert all([p.training["seed"] for p in t.packages] == [t.seed] * 2 for t in found)
    assert (found[0].recording.said == mine.recording.said).all()
    assert [t.seed for t in load_trainings(*run, tmp_path / "nowhere")] == [1]
    elsewhere = replace(mine.recording, labels=~mine.recording.labels)
    elsewhere.save(run[1] / "recording.npz")
    assert [t.seed for t in load_trainings(*run, kept)] == [1]


@pytest.mark.parametrize(
    "other",
    [{"training": {"seed": 1, "photos": {"train": 300}}}, {"training": {"seed": 1, "settings": {"epochs": 5.0}}},
     {"base": Base(architecture="b", input_shape=(1, 1, 3), preprocessing="none", weights="sha256:" + "1" * 64)}],
)  # fmt: skip
def test_kept_trainings_of_another_network_or_otherwise_trained_do_not_join(tmp_path, other):
    mine = training(1)
    mine = mine._replace(packages=[p.model_copy(update=other) for p in mine.packages])
    run, kept = saved([mine], tmp_path / "run"), tmp_path / "kept"
    saved([training(0), training(2)], kept)
    assert [t.seed for t in load_trainings(*run, kept)] == [1]


def test_the_kept_trainings_are_there_and_saw_the_same_days():
    found = load_trainings(trainings.KEPT / FINETUNED, trainings.KEPT / RECORDED, None)
    assert [t.seed for t in found] == [0, 1, 2]
    assert len({(float(t.recording.fps), *t.recording.apps, t.recording.labels.tobytes()) for t in found}) == 1


def test_trainings_recorded_together_are_taken_apart(tmp_path):
    made = [training(0), training(1)]
    both = [t.recording for t in made]
    together = replace(both[0], **{name: np.concatenate([getattr(r, name) for r in both])
                                   for name in ("apps", "probabilities", "thresholds", "labels")})  # fmt: skip
    packages = [p for t in made for p in t.packages]
    parts = recorder.save_recordings(together, packages, tmp_path)
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["recording-1.npz", "recording.npz"]
    for part, one in zip(parts, both, strict=True):
        assert (part.said == one.said).all() and (part.labels == one.labels).all()
    assert by_seed(packages) == {t.seed: t.packages for t in made}


def test_a_recording_of_other_packages_is_refused(tmp_path):
    def sure(t):
        """The same, with thresholds that are the training's own, and how sure it was."""
        at = 0.5 + (t.seed + 1) / 100
        packages = [p.model_copy(update={"splits": tuple(s.model_copy(update={"threshold": at}) for s in p.splits)})
                    for p in t.packages]  # fmt: skip
        return Training(t.seed, packages, replace(t.recording, thresholds=np.full((2, 3), at)))

    trained, recorded = saved([sure(training(0)), sure(training(1))], tmp_path)
    assert len(load_trainings(trained, recorded, None)) == 2
    (recorded / recording_name(1)).replace(recorded / recording_name(0))
    with pytest.raises(UserError, match=r"recording\.npz: is not what the packages of seed 0 said"):
        load_trainings(trained, recorded, None)
    sure(training(0)).recording.without_probabilities().save(recorded / recording_name(0))  # kept ones, of whomever
    bare = load_trainings(trained, recorded, None)
    for package in bare[0].packages:
        tails = tuple(s.model_copy(update={"tail": Tail(file="a.weights.h5", sha256="0" * 64)}) for s in package.splits)
        package.model_copy(update={"splits": tails}).save(trained / "packages" / f"{package.application}-0")
    with pytest.raises(UserError, match=r"recording\.npz: is not what the packages of seed 0 said"):
        load_trainings(trained, recorded, None)
