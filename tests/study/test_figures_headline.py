"""The figures of notebook 05: what their captions say of small data, and the tables behind them."""

import numpy as np
import pandas as pd

from mainstream.study import remains
from mainstream.study.figures import executed_tracks, headline

VIEWS = ("recorded", "as_published", "consistent", "ours, greedy", "ours, optimal")
STEPS = ("0 as published", "1 one stream", "2 consistent units", "3 greedy", "3 optimal")


def ratios():
    """Over No Sharing 30, 20, 2, 3, 4 at 32 applications; over Max Sharing 1.7, 1.7, 1.6, 1.5, 1.6 at 2."""
    index = pd.MultiIndex.from_product([STEPS, [2, 4, 8, 32]], names=["step", "n_apps"])
    table = pd.DataFrame({"over no_sharing": 1.0, "over max_sharing": 1.2}, index=index)
    table.loc[[(s, 32) for s in STEPS], "over no_sharing"] = [30.0, 20.0, 2.0, 3.0, 4.0]
    table.loc[[(s, 2) for s in STEPS], "over max_sharing"] = [1.7, 1.7, 1.6, 1.5, 1.6]
    return table


def sweep_ratios():
    rows = [{"view": v, "n_apps": n, "over no_sharing": 3.0 if n == 25 else 1.0, "over max_sharing": 1.4}
            for v in VIEWS for n in (2, 10, 25)]  # fmt: skip
    return pd.DataFrame(rows)


def executed():
    """Two numbers of applications; optimal counted 0.9 at one, 0.6 at two: 0.9 and 2 times No Sharing."""
    rows = []
    for n, values in {1: (1.0, 0.5, 0.9), 2: (0.3, 0.4, 0.6)}.items():
        for system, f1 in zip(("no_sharing", "max_sharing", "optimal"), values, strict=True):
            row = {"n_apps": n, "system": system, "model": 0.8, "executed": f1, "low": f1 - 0.1, "high": f1 + 0.1}
            for base, other in zip(("no_sharing", "max_sharing"), values, strict=False):
                row |= {f"over_{base}": f1 / other, f"over_{base}_low": f1 / other - 0.2,
                        f"over_{base}_high": f1 / other + 0.05, f"model_over_{base}": 1.5}  # fmt: skip
            rows.append(row)
    return pd.DataFrame(rows)


def test_what_remains_is_said_in_the_claims_own_units():
    text = headline.corrections(ratios()).text
    assert text == "28X becomes 2.00X once units agree (4.00X with schedules derived anew); 71% becomes 60% (60%)."
    words = remains.in_words(ratios(), sweep_ratios())
    assert "applications: 30.00 as published, 20.00 with one stream" in words and "2 applications: 70% as" in words
    assert "and 87X is 3.0X." in words


def test_recall_and_precision_of_the_last_number_of_applications():
    rows = [{"system": s, "n_apps": n, "f1": 0.5, "recall": r, "precision": p, "recorded_f1": 0.5,
             "recorded_recall": r, "recorded_precision": p}
            for n in (2, 32) for s, r, p in (("no_sharing", n / 3200, 0.8), ("max_sharing", 0.8, 0.4),
                                             ("mainstream", 0.7, 0.6))]  # fmt: skip
    text = headline.as_published(pd.DataFrame(rows)).text
    assert "At 32 applications, in the study's form: No Sharing has recall 0.010 at precision 0.80" in text
    assert "Mainstream recall 0.70 at precision 0.60" in text


def test_executed_captions_name_the_most_applications_and_the_intervals():
    tracks = executed()
    text = executed_tracks.executed(tracks).text
    assert text.startswith(
        "At 2 applications Mainstream's optimal schedule has a counted Event-F1 of 0.600 (the model: "
    )
    assert "2.00 times No Sharing and 1.50 times Max Sharing" in text


def test_a_ratio_below_one_is_found_and_so_is_one_wholly_below():
    best = executed().query("system == 'optimal'").set_index("n_apps")
    table = remains.below_one(best, best.assign(over_no_sharing=1.1)).set_index("over")
    assert table.loc["no_sharing"].tolist() == ["1 of 2", 0.9, 1.1, 1]
    assert table["below 1"]["max_sharing"] == "0 of 2"


def over_lengths():
    """Two numbers of applications, two event lengths, both baselines: sharing wins over Max Sharing, and once more."""
    return pd.DataFrame([
        {"speed": speed, "event_length_s": 2.0 / speed, "n_apps": n, "over": base, "trainings": 3, "ratio": ratio,
         "low": ratio - 0.2, "high": ratio + 0.3, "lowest": ratio - 0.1, "highest": ratio + 0.1, "from_trainings": 0.25,
         "from_clips": 0.75, "promised_consistent": ratio + 0.1, "promised_heterogeneous": ratio,
         "promised_as_published": 9.0}
        for speed in (1, 4) for n in (2, 32)
        for base, ratio in (("no_sharing", 2.5 if (speed, n) == (4, 32) else 1.1), ("max_sharing", 1.5))
    ])  # fmt: skip


def test_short_events_and_single_trainings_are_told_with_their_intervals():
    text = executed_tracks.by_length(over_lengths(), [2, 32]).text
    assert "at 32 applications and events of 0.50 s, 3 trainings: 2.50 [2.30, 2.80] times No Sharing" in text
    assert text.endswith("promised 2.60 (consistent units), 2.50 (heterogeneous events), 9.00 (as published).")
    text = executed_tracks.trainings(over_lengths().query("speed == 1")).text
    assert "at 0 of 2 numbers of applications over No Sharing and at 2 over Max Sharing" in text
    assert "a median of 25% is left when only trainings are drawn anew, 75% when only clips are." in text


def test_the_headline_table_keeps_its_columns_by_baseline():
    recorded = pd.DataFrame({"over no_sharing": [1.0] * 4, "over max_sharing": [2.0] * 4}, index=[2, 4, 8, 32])
    recorded.index.name = "n_apps"
    flat = remains.flat(remains.headline_table(ratios(), recorded))
    assert list(flat.columns[:3]) == ["n_apps", "no_sharing: recorded", "no_sharing: 0 as published"]
    assert len(flat.columns) == 13 and np.isclose(flat["no_sharing: 3 optimal"].iloc[-1], 4.0)
