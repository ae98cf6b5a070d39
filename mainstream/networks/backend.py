"""TensorFlow and Keras, imported without the greetings that no setting of theirs turns off.

Everything in the kit that needs them takes them from here. What TensorFlow has to say later, errors included, is seen.
"""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # information and warnings from its C++ side
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # several trainings share one GPU, where there is one


@contextmanager
def _muted() -> Iterator[None]:
    """What is written to file descriptor 2 is dropped: the greetings do not pass through `sys.stderr`."""
    try:
        kept = os.dup(2)
    except OSError:  # there is none
        return (yield)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


_absent = {"sklearn", "matplotlib"}.difference(sys.modules)  # Keras imports them for wrappers: a third of its time
sys.modules.update(dict.fromkeys(_absent))  # type: ignore[arg-type]  # None: importing it fails, as if it were not
gc.disable()  # it would go through their half a million objects again and again, and once more when the process ends
try:
    with _muted():
        import keras
        import tensorflow as tf

        tf.config.experimental.enable_tensor_float_32_execution(False)  # of GPUs: it puts answers 0.002 off
finally:
    gc.freeze()  # a full collection takes 0.03 s beside a network at work; with them 0.4, of a stream's time too
    gc.enable()
    for _name in _absent:
        del sys.modules[_name]

__all__ = ["keras", "tf"]
