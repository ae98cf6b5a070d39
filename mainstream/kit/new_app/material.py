"""What is trained on, measured on and streamed, from photos, a video, or both (step 1 of `mainstream new-app`).

    images alone      photos train; nothing is measured on video, nothing streamed
    video alone       its parts in order of time: train, val, test (stills), measure, stream
    images and video  photos train; the video's first half is measured on, its second streamed

Parts of a video are cut between events, and `GAP_S` around each cut belong to none: no frame, and no neighbour of one,
is both learnt from and counted on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mainstream.data.datasets import SHARES, Listing
from mainstream.data.footage import Footage, held, reached_fps, sampled_frames, video_seconds
from mainstream.data.geometry import LETTERBOX
from mainstream.data.intervals import read_intervals
from mainstream.data.photos import PARTITIONS, Photos
from mainstream.errors import UserError
from mainstream.kit.new_app.request import Request, choose_class
from mainstream.runner.held_out import Interval, cut_between_events, merged, photos_in_time, within

NEEDED = {"train": 20, "val": 5, "test": 5}  # photos with and photos without, at least
ALONE = {"train": 0.34, "val": 0.12, "test": 0.12, "measure": 0.2, "stream": 0.22}  # of the video's events
BESIDE = {"measure": 0.5, "stream": 0.5}
EVENTS_NEEDED = {"train": 3, "val": 1, "test": 1, "measure": 2, "stream": 2}
GAP_S = 2.0
FPS = 4.0  # frames per second that are learnt from and measured on
MOST_STILLS, MOST_MEASURED_S = 4000, 1200.0  # of a long video
LATE_S = 1.0  # by which truth may end after the video: it is cut there


@dataclass(frozen=True)
class Material:
    """photos: of one class, the application. parts: seconds of the video, by what they are for."""

    photos: Photos
    measured: Footage | None
    parts: dict[str, Interval]
    truth: dict[str, list[Interval]]  # by application, in seconds of the whole video

    def streamed_truth(self, app: str) -> list[Interval]:
        """Seconds from the start of the part that is streamed."""
        return within(self.truth.get(app, []), self.parts["stream"])


def counts(labels: np.ndarray, partition: np.ndarray) -> dict[str, tuple[int, int]]:
    """Partition → photos with the class and photos without it."""
    rows = {part: labels[partition == part, 0] for part in PARTITIONS}
    return {part: (int(held.sum()), int((~held).sum())) for part, held in rows.items()}


def check_counts(found: dict[str, tuple[int, int]], app: str, where: str) -> None:
    """`UserError` where a partition has too few photos, naming how many are missing."""
    for part, (positive, negative) in found.items():
        for n, word in ((positive, "with"), (negative, "without")):
            if n < NEEDED[part]:
                raise UserError(
                    f"{where}: {part} has {n} photos {word} '{app}' and needs {NEEDED[part]}: "
                    f"add {NEEDED[part] - n} more there, or about {_altogether(part, NEEDED[part] - n)} to the whole"
                )


def _altogether(part: str, missing: int) -> int:
    """Photos to add where the partition is by hash."""
    return int(np.ceil(missing / SHARES[PARTITIONS.index(part)]))


def video_truth(request: Request) -> tuple[dict[str, list[Interval]], float]:
    """Every application's events, the new one's under its own name, and the video's length in seconds.

    Raises `UserError`: a bad CSV, none of the application's events in it, an event that ends after the video.
    """
    assert request.video is not None and request.truth is not None
    rows = read_intervals(request.truth, ())
    if not rows:
        raise UserError(f"{request.truth}: holds no event")
    label = "" if request.images and request.label not in rows else request.label  # of the photos alone
    name = choose_class(request.name, label, sorted(rows), str(request.truth))
    truth = {app: merged(spans) for app, spans in rows.items() if app != name}
    truth[request.name] = merged(rows[name])
    length = video_seconds(request.video)
    for app, spans in truth.items():
        start, end = max(spans, key=lambda span: span[1])
        if end > length + LATE_S:
            raise UserError(
                f"{request.truth}: '{app}' holds from {start:g} to {end:g} s, but {request.video} lasts {length:.1f} s"
            )
        truth[app] = within(spans, (0.0, length))
    return truth, length


def cut(request: Request) -> tuple[dict[str, list[Interval]], dict[str, Interval]]:
    """Truth and parts of the video, {} and {} without one. Raises as `video_truth`, and for too few events."""
    if request.video is None:
        return {}, {}
    truth, length = video_truth(request)
    mine, shares = truth[request.name], BESIDE if request.images else ALONE
    try:
        return truth, cut_between_events(mine, length, shares, least=EVENTS_NEEDED, gap_s=GAP_S)
    except UserError as e:
        raise UserError(f"{request.truth}, '{request.name}': {e}") from e


def look(request: Request) -> None:
    """What can be found wrong with the data in moments, no photo or frame being decoded. Raises as `gather`."""
    if request.images is not None:
        _listing(request)
    cut(request)


def gather(request: Request, size: int) -> Material:
    """Photos and footage of `size` px. Raises `UserError` where there is too little to train, measure or stream."""
    truth, parts = cut(request)
    photos = _listing(request).decode(size) if request.images else _stills(request, parts, truth[request.name], size)
    measured = None
    if request.video is not None:
        start, end = parts["measure"]
        images, times = sampled_frames(
            request.video, fps=FPS, size=size, start_s=start, end_s=min(end, start + MOST_MEASURED_S)
        )
        labels = held(truth[request.name], times)
        clip = np.zeros(len(images), int)
        measured = Footage(images, labels[:, None], (request.name,), clip, reached_fps(times, FPS), LETTERBOX)
    return Material(photos, measured, parts, truth)


def _listing(request: Request) -> Listing:
    """The photos' files with the application alone, enough of them in every partition."""
    listing = request.listing()
    label = choose_class(request.name, request.label, list(listing.classes), f"'{request.images}'")
    alone = listing.alone(label, request.name)
    check_counts(counts(alone.labels, alone.partition), request.name, str(request.images))
    return alone


def _stills(request: Request, parts: dict[str, Interval], spans: list[Interval], size: int) -> Photos:
    """Of the first parts of the video, at most `MOST_STILLS` of them."""
    assert request.video is not None
    end = parts["test"][1]
    images, times = sampled_frames(request.video, fps=min(FPS, MOST_STILLS / end), size=size, end_s=end)
    where = np.array(["none"] * len(times), dtype="<U5")
    for part in PARTITIONS:
        where[held([parts[part]], times)] = part
    kept = where != "none"
    photos = photos_in_time(images[kept], held(spans, times[kept]), where[kept], request.name)
    check_counts(counts(photos.labels, photos.partition), request.name, str(request.video))
    return photos
