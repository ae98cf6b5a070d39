"""The street that is filmed: scenes, people, cars and weather with ground truth. It knows nothing of `mainstream`.

`World` (frames of one camera, with truth), `CAMERAS` (`SEEN` while training, `UNSEEN` not), `still_images` (labelled
stills) and `render_video` (H.264 with its table of events) are its interface; `APPS` are the classes that it draws.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streetworld.cameras import CAMERAS, SEEN, UNSEEN
    from streetworld.encode import render_video
    from streetworld.objects import APPS
    from streetworld.stills import still_images
    from streetworld.world import World

__all__ = ["APPS", "CAMERAS", "SEEN", "UNSEEN", "World", "render_video", "still_images"]
_HOMES = {"APPS": "objects", "World": "world", "render_video": "encode", "still_images": "stills"}


def __getattr__(name: str) -> Any:
    """Loaded when first asked for: `streetworld.errors` is wanted where nothing is drawn."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"streetworld.{_HOMES.get(name, 'cameras')}"), name)
