"""Mainstream, reproduced: dynamic stem-sharing for multi-tenant video processing, as notebooks over a thin library.

Importing this is cheap: nothing heavy (TensorFlow, OpenVINO, video) is loaded until the module that needs it is.

Eight rooms, from the ground up; each knows only rooms below it (`docs/reading.md` leads through them):

- `mainstream.quality` turns accuracy and frame rate into Event-F1, has a simulation as its witness, and counts what
  really happened; `mainstream.package` is the M-Package.
- `mainstream.data` reads photos, tables and video; `mainstream.networks` finds where a network can be cut, and runs it.
- `mainstream.trainer` fine-tunes at every split, `mainstream.scheduler` takes a `Problem` and gives a `Schedule`
  (`mainstream.scheduler.protocol` says how to plug in your own), `mainstream.runner` runs it on a stream.
- `mainstream.study` holds the record, replayed decisions, experiments and figures: what notebooks call.
- `mainstream.kit` runs the notebooks and holds the command line, the report, widgets and `new-app`.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("mainstream-reproduced")
except PackageNotFoundError:  # a checkout that is not installed
    __version__ = "0"
