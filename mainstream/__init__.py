"""Mainstream, reproduced: dynamic stem-sharing for multi-tenant video processing, as notebooks over a thin library.

Importing this is cheap: nothing heavy (TensorFlow, OpenVINO, video) is loaded until the module that needs it is.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("mainstream-reproduced")
except PackageNotFoundError:  # a checkout that is not installed
    __version__ = "0"
