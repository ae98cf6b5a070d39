"""Mainstream, reproduced: dynamic stem-sharing for multi-tenant video processing, as notebooks over a thin library.

Importing this is cheap: nothing heavy (TensorFlow, OpenVINO, video) is loaded until the module that needs it is.

Where to begin reading:

- **The model.** `mainstream.quality` turns accuracy and frame rate into Event-F1, `mainstream.simulate` is its witness,
  `mainstream.events` counts what really happened.
- **The choice.** `mainstream.scheduler` takes a `Problem` and gives a `Schedule`; `mainstream.scheduler.protocol` says
  how to plug in a scheduler of your own.
- **The record.** `mainstream.published` reads what the study reported, `mainstream.experiments` schedules it anew.
- **Networks.** `mainstream.splits` finds where a network can be cut, `mainstream.trainer` fine-tunes it at every split
  into a `mainstream.package`, `mainstream.profiler` and `mainstream.devices` say what each part costs.
- **The stream.** `mainstream.video.world` draws it with its truth, `mainstream.runner` runs applications on it,
  `mainstream.replay` gives what any schedule would have found in decisions made once.
- **Pages.** `mainstream.figures` and `mainstream.widgets` draw, `mainstream.pipeline` runs the notebooks.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("mainstream-reproduced")
except PackageNotFoundError:  # a checkout that is not installed
    __version__ = "0"
