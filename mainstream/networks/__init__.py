"""Networks: the base, where it can be cut, tails brought back from packages, engines that run them (sections 4, 5, 7).

`split_points` and `cut` load Keras when they are first asked for; importing this room does not.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mainstream.networks.splits import cut, split_points

__all__ = ["cut", "split_points"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mainstream.networks import splits

    return getattr(splits, name)
