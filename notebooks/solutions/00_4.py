# Who can use a second thread at all? In `pipeline_costs` decoding and resizing run on one by construction, and
# TensorFlow's threads are set once per process: `threads` reaches OpenVINO alone. Both versions are measured on the
# same frames in one call, so that other work on the machine meets both.
import time

import av

versions = {n: compile_model(application, "openvino", preprocessing=how, threads=n) for n in (1, 2)}
network = pipeline_costs(video, versions, size, frames=repeats).set_index("stage")


def decoding(n):
    """Milliseconds per frame of the whole film, decoded on `n` threads."""
    with av.open(str(video)) as container:
        container.streams.video[0].thread_type = "AUTO" if n > 1 else "NONE"
        container.streams.video[0].codec_context.thread_count = n
        start = time.perf_counter()
        frames = sum(1 for _ in container.decode(video=0))
        return 1e3 * (time.perf_counter() - start) / frames


quartiles = {
    "openvino": {n: network.loc[n, ["q25_ms", "median_ms", "q75_ms"]] for n in (1, 2)},
    "decode": {n: np.quantile([decoding(n) for _ in range(9)], [0.25, 0.5, 0.75]) for n in (1, 2)},
}
for stage, found in quartiles.items():
    (low1, one, high1), (low2, two, high2) = found[1], found[2]
    sure = "the quartiles overlap" if low1 < high2 and low2 < high1 else "beyond the quartiles"
    print(f"{stage:9} one thread {one:6.3f} ms ({low1:.3f} to {high1:.3f}), two {two:6.3f} ms ({low2:.3f} to {high2:.3f}): "
          f"{one / two:.2f} times as fast, {sure}")  # fmt: skip

# Twice as fast would be all of a second core. Small layers are over before it has begun, and both cores share caches
# and memory. A decoder may work on several frames at once, which needs some film to get going: this one is short.
# (Decoding here leaves out the conversion to RGB, which the pipeline's stage includes.)
