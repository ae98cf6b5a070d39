# In real time the stream does not wait: frames keep coming while the plan is made, under the old plan. The new one takes over
# at the first frame after it is ready, so the delay is the time that planning and compiling take on this machine.
import time

from mainstream.runner.clock import Wall

few = World(camera, seed, seconds=7.0, split="test", width=size, height=size)
asked_at = {}


def halve_once(frame, decisions):
    if frame.time_s >= 1 and not asked_at:
        asked_at.update(stream=frame.time_s, clock=time.monotonic())
        live.update(budget=0.5)  # returns at once; `wait=True` would hold up this frame and all behind it


live = Runner(base, wanted(0), nuc, stream_fps=few.fps, on_frame=halve_once)
seen = live.run(WorldSource(few), Wall())
taken = [p["since_s"] for p in seen.plans[1:]]
print(f"asked at {asked_at['stream']:.2f} s of the stream; "
      + (f"taken over at {taken[0]:.2f} s" if taken else "not ready before the stream ended"))  # fmt: skip
print(f"{seen.frames} frames came, {seen.dropped} were dropped; "
      f"the swap itself held up the stream for {1000 * seen.largest_pause_s:.1f} ms")  # fmt: skip
assert seen.dropped <= seen.frames and all(t > asked_at["stream"] for t in taken)
seen.achieved().round(2)
