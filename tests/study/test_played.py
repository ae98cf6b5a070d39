"""A recording that is played faster: the decisions of a world that moves as fast, but for the blur of its movement."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from mainstream.data.rendered import world_footage
from mainstream.data.rendered_stills import world_photos
from mainstream.networks.base import load_base, preprocess
from mainstream.study import fitted
from mainstream.study.replay import Recording

APP, FPS, SPEED = "car", 10.0, 4


@pytest.mark.slow
def test_blur_moves_few_decisions_at_four_times_the_speed():
    """A camera that sees everything pass four times as fast, by the same light, has four times its motion blur."""
    base = load_base()
    features = lambda images: base.network.predict(preprocess(images), verbose=0).reshape(len(images), -1)
    stills = world_photos([APP], train=600, val=1, test=1)
    use = stills.partition == "train"
    network = LogisticRegression(max_iter=1000).fit(features(stills.images[use]), stills.labels[use, 0])
    said = {}
    for exposure in (1.0, float(SPEED)):
        film = world_footage([APP], seeds=[10], seconds=60, fps=FPS, exposure=exposure)
        sure = network.predict_proba(features(film.images))[:, 1].astype("float32")
        said[exposure] = Recording(
            apps=np.array([APP]), layers=np.array(["pooled features"]), splits=np.array([82]),
            probabilities=sure[None, None], thresholds=np.full((1, 1), 0.5), labels=film.labels.T,
            clip=film.clip, fps=FPS,
        )  # fmt: skip
    played, blurred = said[1.0].played(SPEED), replace(said[SPEED], fps=FPS * SPEED)
    assert (played.labels == blurred.labels).all()
    moved = float((played.said != blurred.said).mean())
    f1 = [fitted.grid(r, [1, 4, 10], [1, 2]).f1 for r in (played, blurred)]
    change = float((f1[0] - f1[1]).abs().mean())
    print(f"blur moves {moved:.3f} of the decisions, Event-F1 by {change:.3f} on average")
    assert 0 < moved < 0.1 and change < 0.06
