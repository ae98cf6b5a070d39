"""A stream as the runner sees it: frames with true time stamps, in order; here those of the synthetic world.

Files, cameras and addresses: `mainstream.runner.sources`.
"""

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import NamedTuple

import numpy as np

from mainstream.errors import UserError
from streetworld import World


class Frame(NamedTuple):
    """One frame of a stream."""

    number: int  # from 0
    time_s: float  # of files as a player shows it, of live streams since the first frame
    picture: np.ndarray | Callable[[], np.ndarray]

    @property
    def image(self) -> np.ndarray:
        """uint8 (height, width, 3), RGB; made when it is first asked for."""
        return self.picture() if callable(self.picture) else self.picture


class SourceLost(UserError):
    """A live stream that stays away; what was seen of it stands."""


class Source:
    """Frames in order. `fps` is the stream's nominal rate; `live` ones do not wait for whoever reads them.

    corrupt: frames that could not be decoded so far; reconnects: how often a live stream was opened again;
    lost: why it was given up, "" where it was not.
    """

    fps: float
    live = False
    lost = ""
    corrupt = reconnects = 0

    def __iter__(self) -> Iterator[Frame]:
        raise NotImplementedError


class WorldSource(Source):
    """The synthetic world; frames that nobody looks at are not drawn."""

    def __init__(self, world: World):
        self.world, self.fps = world, world.fps

    def __iter__(self) -> Iterator[Frame]:
        for k in range(len(self.world)):
            yield Frame(k, k / self.fps, cache(partial(self.world.frame, k)))
