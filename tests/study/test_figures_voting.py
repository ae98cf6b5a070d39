"""The figures of notebook 06: what their captions say of small data."""

import pandas as pd

from mainstream.study.figures import voting as draw


def test_what_tuning_in_time_and_for_each_is_worth():
    index = pd.MultiIndex.from_product([["train", "cats"], [1, 30]], names=["app", "n_apps"])
    columns = ["one X for ever", "one X at a time", "an X each"]
    tuned = pd.DataFrame([[0.9, 0.9, 0.9], [0.5, 0.7, 0.7], [0.8, 0.8, 0.8], [0.6, 0.6, 0.9]], index, columns)
    rows = pd.DataFrame([(a, x, n, 0.5) for a in ("train", "cats") for x in (0, 1, 2) for n in (1, 30)],
                        columns=["app", "x_vote", "n_apps", "f1"])  # fmt: skip
    assert draw.frontier(rows, tuned).text == (
        "Changing X as applications come, for all alike, is worth 0.050 Event-F1 on average over these numbers of "
        "applications and up to 0.20 (train, 30 of them); an X for each application adds 0.075 to that, up to 0.30 "
        "(cats, 30)."
    )


def test_the_best_vote_is_said_to_rise_only_where_it_does():
    f1 = {1: [0.5, 0.6, 0.6], 2: [0.0, 0.7, 0.8]}
    rows = pd.DataFrame([("train", x, fps, f1[x][fps - 1]) for x in f1 for fps in (1, 2, 3)],
                        columns=["app", "x_vote", "fps", "f1"])  # fmt: skip
    assert draw.by_rate(rows).text == "The best X rises with the rate. train: X = 1 at 1/s, X = 2 at 3/s."
    rows.loc[rows.fps == 3, "f1"] = [0.9, 0.8]
    assert draw.by_rate(rows).text == "The best X by rate. train: X = 1 at 1/s, X = 1 at 3/s."
    assert draw.by_rate(rows[rows.x_vote == 1]).text.startswith("The best X by rate.")  # one X cannot rise
