"""M-Runner: a schedule executed on a stream (notebook 07, `mainstream stream`).

`stream` runs it; behind it: `frames` (true time stamps) and `sources` (files, cameras), `sampling` (who looks at which
frame), `network` (shared stem and tails, compiled), `voting` (decisions to detections), `planning` (packages, device
and budget to a schedule), `clock` (real time, or an emulated device).
"""
