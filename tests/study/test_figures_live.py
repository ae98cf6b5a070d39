"""The figures of notebook 07, and the tables of a run that they are drawn from."""

import pandas as pd
import pytest

from mainstream.runner.report import Decision, Report
from mainstream.runner.voting import Detection
from mainstream.study import streams
from mainstream.study.figures import live
from mainstream.study.verdicts import Verdicts


@pytest.fixture
def report():
    """Ten seconds: a car twice per second, then once; a cat joins at 5 s. Two detections, the second a false alarm."""
    unit = lambda fps, layer: {"layer": layer, "fps": fps, "x_vote": 1}
    plans = [{"since_s": 0.0, "apps": {"car": unit(2.0, "low")}},
             {"since_s": 5.0, "apps": {"car": unit(1.0, "high"), "cat": unit(1.0, "low")}}]  # fmt: skip
    times = [("car", k / 2) for k in range(10)] + [(app, 5.0 + k) for k in range(5) for app in ("car", "cat")]
    looks = [Decision(app, int(10 * t), t, 0.9, t < 2) for app, t in times]
    seen = [Detection("car", 0.0, 1.5, 0.9, [0.0]), Detection("car", 8.0, 9.0, 0.9, [8.0])]
    return filled(looks, seen, plans=plans, frames=100, dropped=4, stream_s=10.0)


def filled(looks, seen, **counts) -> Report:
    made = Report(**counts)
    made.looked(looks)
    for detection in seen:
        made.ended(detection)
    return made


class Split:
    def __init__(self, layer, split):
        self.layer, self.split = layer, split


class Package:
    splits = (Split("low", 21), Split("high", 33))


def test_plans_say_where_everybody_splits_and_what_the_caption_sums_up(report):
    plans = streams.plans(report, {"car": Package(), "cat": Package()})
    assert list(plans.split) == [21, 33, 21] and list(plans.fps) == [2.0, 1.0, 1.0]
    changes = streams.changes({"car": 0, "cat": 5}, [[0, 1.0], [7, 0.5]])
    assert changes == [(5, "cat joins"), (7, "budget 50%")]
    text = live.timeline(plans, report.table(), 10.0, changes, [6, 7, 3.0], 0.04).text
    assert text == (
        "From plan to plan, looks per second over all applications go 2 → 2, and the mean split point 21 → 27; "
        "4.0% of the frames were dropped."
    )


def test_runs_of_one_stream_side_by_side_and_their_figure(report):
    other = filled(report.decisions[:10], [], plans=report.plans[:1], frames=100, stream_s=10.0)
    other.missed["car"] = 10
    both, truth = {"follows": report, "alone": other}, {"car": [(1, 2), (6, 7)], "cat": [(1, 2)]}
    table = streams.side_by_side(both, truth).set_index("system")
    looks = ["plans", "planned", "done", "dropped"]
    assert table.loc["follows", [*looks, "events", "found", "right"]].tolist() == [2, 20, 20, 0, 3, 1, 1]
    assert table.loc["alone", [*looks, "detections", "f1"]].tolist() == [1, 20, 10, 10, 0, 0]
    kept, seen = (pd.concat({s: of(r) for s, r in both.items()}, names=["system"]).reset_index(0)
                  for of in (streams.looks_kept, Report.table))  # fmt: skip
    drawn = live.under_load(kept, seen, [2, 6, 4.0])
    said = "Looks per second of all applications that were had while work took 4 times as long"
    assert drawn.text.format(**drawn.numbers).startswith(said) and "follows 2.0; alone 1.5" in str(drawn.numbers)


def test_events_are_counted_from_when_an_application_joined(report):
    table = streams.hits_and_misses(report, {"car": [(1, 2), (6, 7)], "cat": [(1, 2)]}, {"car": 0, "cat": 5})
    assert table.set_index("app").loc["car"].tolist() == [2, 1, 2, 1, 0.5, 0.5]
    assert table.events.tolist() == [2, 0]


def test_a_detection_that_begins_when_an_event_ends_is_wrong_and_does_not_find_it(report):
    begins = report.detections[0].start_s
    table = streams.hits_and_misses(report, {"car": [(begins - 1, begins)]}, {"car": 0}).set_index("app").loc["car"]
    judged = Verdicts({"car": [(begins - 1, begins)]}, report, ["car"]).table().outcome
    assert table.found == 0 and table.right == 0 and "hit" not in set(judged)


def test_a_detection_that_ends_with_the_look_at_which_an_event_begins_does_not_find_it(report):
    """The second ends at 9.0 s, by a look that said no: so nobody saw the event that begins there."""
    ends = report.detections[1].end_s
    table = streams.hits_and_misses(report, {"car": [(ends, ends + 1)]}, {"car": 0}).set_index("app").loc["car"]
    assert table.found == 0 and table.right == 0
    judged = Verdicts({"car": [(ends, ends + 1)]}, report, ["car"]).table()
    assert judged.outcome.tolist() == ["miss", "false alarm", "false alarm"] and judged.looks.tolist() == [1, 3, 1]


def test_looks_are_compared_with_every_plan(report):
    report.plans.append({"since_s": report.stream_s, "apps": report.plans[0]["apps"]})  # took over at the last frame
    kept = streams.looks_kept(report)
    assert kept[["app", "planned", "had"]].to_numpy().tolist() == [
        ["car", 2.0, 2.0],
        ["car", 1.0, 1.0],
        ["cat", 1.0, 1.0],
    ]


def test_what_a_look_was_worth_is_said_only_where_it_is_known():
    looks = pd.DataFrame({"time_s": [0.5, 1.0, 5.0, 6.0], "positive": [True, False, True, False]})
    table = streams.deployed({"mainstream": looks}, "car", [(0.0, 2.0)])
    ours = table[table.source == "executed here: car"]
    assert list(ours.verdict) == ["hit", "miss", "false alarm", "right no"]
    late = table[table.source.str.startswith("record") & (table.time_s >= streams.TRAIN_LEAVES_S)]
    assert set(late.verdict) == {"hit, afterwards", "miss, afterwards"}
    spans = {source: [(0.0, 2.0)] for source in table.source.unique()}
    assert live.deployment(table, spans).text.endswith("executed here: car: Mainstream 2 (1).")


def test_deployed_looks_are_the_records():
    looks = streams.recorded_deployment(10)
    counted = looks.groupby("system").hit.agg(["size", "sum"])
    assert counted.loc["mainstream"].tolist() == [122, 109] and counted.loc["no_sharing"].tolist() == [17, 16]
    assert looks.time_s.between(0, 273 / streams.DEPLOYED_FPS).all()
    assert set(streams.recorded_deployment(20).system) == {
        "mainstream",
        "no_sharing",
    }  # no run of Max Sharing was recorded


def test_split_points_of_the_real_camera_are_whole_numbers():
    rates = pd.DataFrame({"index": range(16)}).assign(
        photos_tpr=0.8, photos_fpr=0.2, second_half_tpr=0.9, second_half_fpr=0.1
    )
    grid = pd.DataFrame({"f1": [0.5], "fps": [1], "model_f1": [0.6], "model_f1_same_frames": [0.5]})
    drawing = live.real_video(grid, rates, 100, 7)
    assert list(drawing.figure.axes[0].get_xticks()) == [0, 5, 10, 15]
