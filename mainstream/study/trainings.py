"""Executed ratios over several trainings and the days on which they were counted (notebook 05).

A training is a seed: its packages, and what its networks said on the same days as everybody's. The trainings that a run
has not made itself are kept as decisions in `results/reference/`.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, get_args

import numpy as np
import pandas as pd

from mainstream import quality
from mainstream.errors import UserError
from mainstream.package import MPackage
from mainstream.paths import REFERENCE
from mainstream.scheduler import FORM_OF_PACKAGES, Device
from mainstream.study import executed, replay
from mainstream.study.curves import by_seed, load_packages
from mainstream.study.replay import Recording, recording_name

KEPT = REFERENCE / "decisions"
FINETUNED, RECORDED = "01_finetune_every_split", "03_event_f1_model"
SYSTEMS = ("no_sharing", "max_sharing", "optimal")
BASELINES = SYSTEMS[:2]


class Training(NamedTuple):
    """The packages of one seed, and what they said on the days of the recording."""

    seed: int
    packages: list[MPackage]
    recording: Recording


def load_trainings(trained: Path, recorded: Path, kept: Path | None = KEPT) -> list[Training]:
    """Trainings of a run that notebook 03 has recorded, by seed, then kept ones of other seeds: made alike, same days.

    trained, recorded: results of notebooks 01 and 03. Raises `UserError`: no packages, or others than were recorded.
    """
    trainings, found = by_seed(load_packages(trained / "packages")), []
    for seed, packages in trainings.items():
        if (file := recorded / recording_name(seed, min(trainings))).is_file():
            recording = Recording.load(file)
            mine = [p for p in packages if p.application in recording.apps]
            own = [[s.threshold for s in p.splits if s.layer in recording.layers] for p in mine]
            kept_so = np.all(recording.thresholds == 0.5) and not any(s.tail for p in mine for s in p.splits)
            if not kept_so and recording.thresholds.tolist() != own:  # decisions alone, of packages without weights
                raise UserError(f"{file}: is not what the packages of seed {seed} said; run notebook 03 again")
            found.append(Training(seed, mine, recording))
    if kept is None or not kept.is_dir() or not found:
        return found
    made = lambda p: (p.base, p.training.get("photos"), {**p.training.get("settings", {}), "cache_gb": 0})
    seen = lambda r: (r.fps, *(part.tolist() for part in (r.apps, r.layers, r.labels)))
    seeds, (_, mine, day) = {t.seed for t in found}, found[0]
    others = load_trainings(kept / FINETUNED, kept / RECORDED, None)
    alike = [t for t in others if seen(t.recording) == seen(day) and made(t.packages[0]) == made(mine[0])]
    return found + [t for t in alike if t.seed not in seeds]


def over_trainings(
    trainings: Sequence[Training], counts: Iterable[int], device: Device, *, seed: int = 0, speed: float = 1.0,
) -> pd.DataFrame:  # fmt: skip
    """Optimal over each baseline, the mean over trainings, each training planning with its own packages.

    Columns: n_apps, over (the baseline), trainings, ratio, low, high (95%, trainings and whole clips drawn anew, the
    same for both systems; nan where the baseline found nothing, `high` inf where it often would), lowest and highest
    (of one training), from_trainings and from_clips: the share of the variance that is left when only the one is drawn,
    promised_<form>: the first training's, by the form that plans. An interval over three trainings is too narrow by
    about a fifth: what is drawn from three cannot vary as much as trainings do. speed: of `Recording.played`.
    """
    counts, rng = list(counts), np.random.default_rng(seed)
    films = [t.recording.played(speed) for t in trainings]
    own = [[executed.played(p, speed) for p in t.packages] for t in trainings]
    plans = [
        executed.planned_and_counted(packages, film, counts, device, systems=SYSTEMS)
        for packages, film in zip(own, films, strict=True)
    ]
    clips, T = len(films[0].clips), len(trainings)
    drawn, once = replay.draws(clips, seed, executed.SAMPLES), np.ones((1, clips), int)
    weights = rng.multinomial(T, np.full(T, 1 / T), executed.SAMPLES) / T  # how often each training is drawn
    rows = []
    for n in counts:
        f1 = {s: np.stack([executed.mean_f1(p[n][s].found, drawn) for p in plans]) for s in SYSTEMS}
        whole = {s: np.array([executed.mean_f1(p[n][s].found, once)[0] for p in plans]) for s in SYSTEMS}
        for base in BASELINES:
            of = lambda values, base=base: executed.ratio(values["optimal"], values[base])
            both = of({s: np.einsum("st,ts->s", weights, v) for s, v in f1.items()})
            alone = of(whole)
            ratio = of({s: v.mean() for s, v in whole.items()})
            low, high = executed.limits(both) if np.isfinite(ratio) else (np.nan, np.nan)
            variance = _variance(both)
            share = lambda values, variance=variance: _variance(values) / variance if variance else 0.0
            rows.append({
                "n_apps": n, "over": base, "trainings": T, "ratio": ratio if np.isfinite(ratio) else np.nan,
                "low": low, "high": high, "lowest": alone.min(), "highest": alone.max(),
                "from_trainings": share(of({s: weights @ v for s, v in whole.items()})),
                "from_clips": share(of({s: v.mean(0) for s, v in f1.items()})),
                f"promised_{FORM_OF_PACKAGES}": of({s: plans[0][n][s].promised for s in SYSTEMS}),
            })  # fmt: skip
    return pd.DataFrame(rows)


def _variance(ratios: np.ndarray) -> float:
    """Of those that are defined."""
    defined = ratios[np.isfinite(ratios)]
    return float(defined.var()) if len(defined) else 0.0


def over_lengths(
    trainings: Sequence[Training], counts: Iterable[int], speeds: Iterable[float], device: Device, *, seed: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """`over_trainings` on the films played ever faster, whose events are ever shorter, beside every form's promise.

    Columns: speed, event_length_s (mean of the applications), those of `over_trainings`, and promised_<form> for every
    form of the model: what it promises of its own schedules, with the packages of the first training.
    """
    counts, parts = list(counts), []
    for speed in speeds:
        table = over_trainings(trainings, counts, device, seed=seed, speed=speed)
        first = [executed.played(p, speed) for p in trainings[0].packages]
        fps = trainings[0].recording.fps * speed
        for form in (f for f in get_args(quality.Form) if f != FORM_OF_PACKAGES):
            ratios = executed.promised(first, counts, device, stream_fps=fps, form=form)
            told = ratios.melt("n_apps", var_name="over", value_name=f"promised_{form}")
            table = table.merge(told, on=["n_apps", "over"])
        table.insert(0, "event_length_s", float(np.mean([p.events.length_s for p in first if p.events])))
        table.insert(0, "speed", speed)
        parts.append(table)
    return pd.concat(parts, ignore_index=True)
