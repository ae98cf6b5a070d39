"""What is trained on, measured on and streamed, from photos, a video, or both (`mainstream new-app` and notebook 09).

    images alone      photos train; nothing is measured on video, nothing streamed
    video alone       its parts in order of time: train, val, test (stills), measure, stream
    images and video  photos train; the video's first half is measured on, its second streamed

Parts of a video are cut between events, and `GAP_S` around each cut belong to none: no frame, and no neighbour of one,
is both learnt from and counted on.
"""

from dataclasses import dataclass

import numpy as np

from mainstream.data.datasets import SHARES, Listing
from mainstream.data.filmed import file_footage, held, sampled_frames, video_seconds
from mainstream.data.footage import Footage
from mainstream.data.intervals import check_written, part_seen, read_intervals, within_video
from mainstream.data.photos import PARTITIONS, Photos
from mainstream.errors import UserError
from mainstream.kit.new_app.request import Request
from mainstream.runner.held_out import Interval, cut_between_events, photos_in_time, within
from mainstream.runner.sources import VideoSource

NEEDED = {"train": 20, "val": 5, "test": 5}  # photos with and photos without, at least
ALONE = {"train": 0.34, "val": 0.12, "test": 0.12, "measure": 0.2, "stream": 0.22}  # of the video's events
BESIDE = {"measure": 0.5, "stream": 0.5}
EVENTS_NEEDED = {"train": 3, "val": 1, "test": 1, "measure": 2, "stream": 2}
GAP_S = 2.0
FPS = 4.0  # frames per second that are learnt from and measured on; more of a short video
ASSUMED_FPS = 10.0  # of a stream that nobody has shown yet
MOST_STILLS, MOST_MEASURED_S = 4000, 1200.0  # of a long video
DENSER = 1.3  # times the rate at which a part of the video would just have the stills that it needs


@dataclass(frozen=True)
class Material:
    """photos: of one class, the application. measured: of all that the CSV names. parts: seconds of the video, by what
    they are for."""

    photos: Photos
    measured: Footage | None
    parts: dict[str, Interval]
    truth: dict[str, list[Interval]]  # by application, in seconds of the whole video
    without: dict[str, int]  # what the photos without it show, where their labels tell: class → photos
    stream_fps: float  # the video's own; assumed without one

    def described(self) -> list[str]:
        """What there is, a line each: photos by partition, what those without it show, files left out, the parts."""
        app = self.photos.classes[0]
        lines = ["{partition:<8}{with:>6} photos with '{app}', {without} without".format(app=app, **row)
                 for row in counts(self.photos)]  # fmt: skip
        shown = ", ".join(f"{kind} ({n})" for kind, n in self.without.items())
        lines += [f"without: {shown}"] * bool(shown) + self.photos.remarks()
        return lines + [f"video {start:.1f} to {end:.1f} s: {part}" for part, (start, end) in self.parts.items()]

    def streamed_truth(self, app: str) -> list[Interval]:
        """Seconds from the start of the part that is streamed; none without a video."""
        return within(self.truth.get(app, []), self.parts.get("stream", (0.0, 0.0)))


def counts(photos: Listing | Photos) -> list[dict[str, object]]:
    """Rows of one class's photos: partition, with, without."""
    rows = [(part, photos.labels[photos.partition == part, 0]) for part in PARTITIONS]
    return [{"partition": part, "with": int(held.sum()), "without": int((~held).sum())} for part, held in rows]


def check_counts(photos: Listing | Photos, app: str, where: object, parts: dict[str, Interval]) -> None:
    """`UserError` where a partition has too few photos, or a part of the video too few frames, and what would do."""
    for row in counts(photos):
        part = str(row["partition"])
        for word in ("with", "without"):
            missing = NEEDED[part] - int(str(row[word]))
            if missing > 0 and parts:
                start, end = parts[part]
                raise UserError(
                    f"{where}: {part} is {start:.1f} to {end:.1f} s, which shows {row[word]} frames {word} '{app}' and "
                    f"needs {NEEDED[part]}: a longer video, or one with more {word} it"
                )
            if missing > 0:
                whole = int(np.ceil(missing / SHARES[PARTITIONS.index(part)]))
                raise UserError(
                    f"{where}: {part} has {row[word]} photos {word} '{app}' and needs {NEEDED[part]}: "
                    f"add {missing} more there, or about {whole} to the whole"
                )


def known_events(request: Request) -> dict[str, list[Interval]]:
    """Every application's events in the CSV. Raises `UserError`: a bad CSV, or an empty one."""
    assert request.truth is not None
    if not (rows := read_intervals(request.truth, ())):
        raise UserError(f"{request.truth}: holds no event")
    return dict(sorted(rows.items()))


def video_truth(request: Request) -> tuple[dict[str, list[Interval]], float]:
    """Every application's events, the new one's under its own name, and the video's length in seconds.

    Raises `UserError` as `known_events`, `video_seconds`, `part_seen`, `check_written`; no event of its, one too late.
    """
    assert request.video is not None and request.truth is not None
    rows, length = known_events(request), video_seconds(request.video, fps=request.video_fps)
    label = "" if request.images and request.label not in rows else request.label  # of the photos alone
    name = request.class_of(rows, request.truth, label)
    part_seen(request.truth, request.looks_at)
    check_written(rows, [name, *request.packages], str(request.truth))
    truth = within_video(rows, length, str(request.truth))
    mine = truth.pop(name)
    return {**truth, request.name: mine}, length


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
    listing, without = _listing(request) if request.images else (None, {})
    photos = listing.decode(size) if listing else _stills(request, parts, truth[request.name], size)
    measured, stream_fps = None, ASSUMED_FPS
    if request.video is not None:
        stream_fps = VideoSource(request.video, fps=request.video_fps).fps
        start, end = parts["measure"]
        measured = file_footage(
            request.video, truth, fps=FPS, size=size, start_s=start, end_s=min(end, start + MOST_MEASURED_S),
            video_fps=request.video_fps, zone=request.looks_at,
        )  # fmt: skip
        mine = measured.has(request.name)
        if mine.all() or not mine.any():
            word = "always" if mine.all() else "never"
            raise UserError(f"{request.truth}: '{request.name}' is {word} in view from {start:.1f} to {end:.1f} s, "
                            "which is measured on: a longer video")  # fmt: skip
    return Material(photos, measured, parts, truth, without, stream_fps)


def _listing(request: Request) -> tuple[Listing, dict[str, int]]:
    """The photos' files with the application alone, enough in every partition; what those without it are labelled."""
    listing = request.listing()
    label = request.class_of(listing.classes, f"'{request.images}'", request.label)
    rest = listing.labels[~listing.labels[:, listing.classes.index(label)]]
    found = {name: int(n) for name, n in zip(listing.classes, rest.sum(0), strict=True) if n}
    found |= {"nothing named": n} if (n := int((~rest.any(1)).sum())) else {}
    alone = listing.alone(label, request.name)
    check_counts(alone, request.name, request.images, {})
    return alone, found


def _stills(request: Request, parts: dict[str, Interval], spans: list[Interval], size: int) -> Photos:
    """Of the first parts of the video, about `MOST_STILLS` at most; of a short video as many as are needed."""
    assert request.video is not None
    end = parts["test"][1]
    usual = wanted = min(FPS, MOST_STILLS / end)
    for part in PARTITIONS:
        seen = sum(b - a for a, b in within(spans, parts[part]))
        rarer = min(seen, parts[part][1] - parts[part][0] - seen)
        if usual * rarer < NEEDED[part] + 1:
            wanted = max(wanted, DENSER * NEEDED[part] / max(rarer, 1e-3))
    its_own = VideoSource(request.video, fps=request.video_fps).fps
    fps = min(wanted, max(usual, 2 * MOST_STILLS / end), max(usual, its_own))
    images, times = sampled_frames(
        request.video, fps=fps, size=size, end_s=end, video_fps=request.video_fps, zone=request.looks_at
    )
    where = np.array(["none"] * len(times), dtype="<U5")
    for part in PARTITIONS:
        where[held([parts[part]], times)] = part
    kept = where != "none"
    photos = photos_in_time(images[kept], held(spans, times[kept]), where[kept], request.name)
    check_counts(photos, request.name, request.video, parts)
    return photos
