"""Real decisions, made once and replayed for many schedules: the executed track (notebooks 03, 05).

A decision depends on frame, application and split, not on who else looks. So every (application, split) is asked once
about every frame (`study.recorder`), and a schedule then only picks which of the answers it would have waited for:
the frames are picked by the runner's own ladder, the votes are the runner's. `tests/runner/test_replay.py` proves it
against real runs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np

from mainstream.data.answers import decide
from mainstream.data.footage import Footage
from mainstream.data.footage import clips as footage_clips
from mainstream.errors import UserError
from mainstream.paths import written
from mainstream.quality import Quality
from mainstream.quality import counted as events
from mainstream.runner.sampling import Ladder


@dataclass(frozen=True)
class Recording:
    """What every application said at every split about every frame of some clips, and what was true."""

    apps: np.ndarray  # str (A,)
    layers: np.ndarray  # str (K,)
    splits: np.ndarray  # int (K,): frozen layers
    probabilities: np.ndarray  # float32 (A, K, frames); 0 and 1 in one that kept its decisions only
    thresholds: np.ndarray  # float64 (A, K)
    labels: np.ndarray  # bool (A, frames)
    clip: np.ndarray  # int (frames,), ascending
    fps: float

    @cached_property
    def said(self) -> np.ndarray:
        """The decisions, bool (A, K, frames)."""
        return decide(self.probabilities, self.thresholds[..., None])

    @cached_property
    def footage(self) -> Footage:
        """What was true, frame by frame; without the images."""
        return Footage(np.empty((len(self.clip), 0)), self.labels.T, tuple(map(str, self.apps)), self.clip, self.fps)

    @cached_property
    def clips(self) -> list[slice]:
        """The frames of each clip."""
        return footage_clips(self.clip)

    def place(self, app: str, split: int) -> tuple[int, int]:
        """Indices of application and split. Raises `UserError` where nothing was recorded."""
        if app not in self.apps or split not in self.splits:
            raise UserError(f"'{app}' at split {split}: not in this recording")
        return list(self.apps).index(app), list(self.splits).index(split)

    def played(self, speed: float) -> Self:
        """The same answers on a film that runs `speed` times as fast: events are shorter, the stream has more frames.

        What a camera would see of events that short, but for the blur of faster movement.
        """
        return replace(self, fps=self.fps * speed)

    def without_probabilities(self) -> Self:
        """The same decisions as yes and no, without how sure they were: a tenth of the size."""
        return replace(self, probabilities=self.said.astype(np.uint8), thresholds=np.full(self.thresholds.shape, 0.5))

    def save(self, path: str | Path) -> None:
        """Writes everything into one compressed .npz file, for `load`."""
        with written(path) as part:
            np.savez_compressed(part, **{f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Raises `UserError` where the file is missing or not a recording."""
        try:
            with np.load(path, allow_pickle=False) as kept:
                return cls(**{f.name: kept[f.name] for f in fields(cls)})
        except Exception as e:  # whatever numpy, zipfile and zlib raise of a file that is damaged, or none of theirs
            raise UserError(f"{path}: not a recording: {e}") from e


def recording_name(seed: int, first: int = 0) -> str:
    """The file of a training's recording; that of a run's first seed is the one that other notebooks read."""
    return "recording.npz" if seed == first else f"recording-{seed}.npz"


def looks(rates: Iterable[float], recording: Recording) -> dict[float, np.ndarray]:
    """Which frames each rate of a schedule looks at, bool (frames,): the runner's ladder, begun anew in every clip."""
    rates = [float(r) for r in rates]
    lengths = [part.stop - part.start for part in recording.clips]
    ladder = Ladder(rates)
    due = [ladder.lowest_due(k / recording.fps) for k in range(max(lengths))]  # the same in every clip
    lowest = np.array([np.inf if rate is None else rate for rate in due])
    lowest = np.concatenate([lowest[:n] for n in lengths])
    return {rate: lowest <= rate for rate in set(rates)}


def count(
    recording: Recording, app: str, split: int, seen: np.ndarray, x_vote: int = 1, *, window_s: float
) -> np.ndarray:
    """Events, found events, empty windows and declared empty windows of each clip: int (clips, 4).

    seen: the frames that are looked at, bool (frames,). window_s: length of an empty window.
    """
    _, k = recording.place(app, split)
    return count_each(recording, app, seen, [x_vote], window_s=window_s, splits=[k])[0, 0]


def count_each(
    recording: Recording, app: str, seen: np.ndarray, votes: Sequence[int], *, window_s: float,
    splits: Sequence[int] | slice = slice(None),
) -> np.ndarray:  # fmt: skip
    """As `count`, for all votes and splits (of the recording, by index) at once: int (splits, votes, clips, 4)."""
    said = recording.said[list(recording.apps).index(app), splits]
    counts = np.zeros((len(said), len(votes), len(recording.clips), 4), int)
    for c, (part, truth) in enumerate(zip(recording.clips, recording.footage.intervals(app), strict=True)):
        mine, n = np.flatnonzero(seen[part]), len(truth)
        windows = events.empty_windows(truth, window_s, (part.stop - part.start) / recording.fps)
        counts[..., c, 0], counts[..., c, 2] = n, len(windows)
        for v, x in enumerate(votes):
            declared = events.vote(said[:, part][:, mine], x)
            inside = events.declared_inside(declared, mine / recording.fps, [*truth, *windows])
            counts[:, v, c, 1], counts[:, v, c, 3] = inside[:, :n].sum(1), inside[:, n:].sum(1)
    return counts


def score(counts: np.ndarray) -> Quality:
    """Event-recall, Event-precision (by windows) and Event-F1 of counts summed over clips: int (..., 4) → (...)."""
    total, found, _, false = np.moveaxis(np.asarray(counts), -1, 0)
    return events.score(total, found, found, false)


def draws(clips: int, seed: int, samples: int) -> np.ndarray:
    """How often each clip is drawn when whole clips are drawn anew: int (samples, clips)."""
    return np.random.default_rng(seed).multinomial(clips, np.full(clips, 1 / clips), samples)
