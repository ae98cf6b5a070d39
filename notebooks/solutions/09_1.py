# Neighbouring frames are almost the same picture: drawn at random, most test frames would have a twin in training.
import numpy as np

frames = material.measured.images.astype("int16")
step = int(material.measured.fps)  # frames per second that were kept
difference = lambda lag: float(
    np.mean([np.abs(frames[k + lag] - frames[k]).mean() for k in range(0, len(frames) - lag, 4)])
)
lags = [lag for lag in (1, step, 5 * step, 10 * step) if lag < len(frames)]
table = pd.DataFrame(
    {"seconds_apart": [lag / step for lag in lags], "mean_difference": [difference(lag) for lag in lags]}
)
# A label is as alike as the pictures: how often do two frames that far apart have the same one?
held = material.measured.has(app)
table["same_label"] = [float((held[lag:] == held[:-lag]).mean()) for lag in lags]
gap = material.parts["stream"][0] - material.parts["measure"][1]
print(f"between the two parts of the video {gap:.1f} s belong to nobody, and no event lies in both")
table.round(3)
