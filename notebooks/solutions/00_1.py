# One box between neighbouring split points, and one after the last: as many boxes as there are split points. The stem
# runs up to the deepest split, once; each application then runs whatever lies above its own.
boxes, deepest = len(points), max(leaves.values())
tails = {app: boxes - k for app, k in leaves.items()}
together = deepest + sum(tails.values())
print(f"stem {deepest}, tails {tails}: {together} boxes per frame, {len(leaves) * boxes} without sharing")
# Boxes are not equally dear: what is saved in milliseconds the next cells measure.
check("00.1", together)
