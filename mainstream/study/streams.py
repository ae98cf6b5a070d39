"""What happened on a stream, as tidy tables: plans, hits and misses, looks kept, looks at one event (notebook 07)."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from mainstream.data.recorded import recorded
from mainstream.package import MPackage
from mainstream.quality import harmonic_mean
from mainstream.quality.counted import Interval
from mainstream.runner.report import Report
from mainstream.study.verdicts import Verdicts

Spans = Sequence[Interval]
DEPLOYED_FPS = 15.0  # of the train video on which the study's applications were deployed
TRAIN_LEAVES_S = 114 / DEPLOYED_FPS


def plans(report: Report, packages: Mapping[str, MPackage]) -> pd.DataFrame:
    """What each plan gave each application: since_s, app, layer, fps, x_vote, split (frozen layers)."""
    split = {s.layer: s.split for p in packages.values() for s in p.splits}
    rows = [{"since_s": p["since_s"], "app": app, **unit} for p in report.plans for app, unit in p["apps"].items()]
    table = pd.DataFrame(rows)
    return table.assign(split=table.layer.map(split))


def changes(joins: Mapping[str, float], budgets: Sequence[Sequence[float]]) -> list[tuple[float, str]]:
    """Second and words of all that is asked for while the stream runs, in order."""
    asked = [(at, f"{app} joins") for app, at in joins.items() if at > 0]
    return sorted(asked + [(at, f"budget {share:.0%}") for at, share in budgets if at > 0])


def hits_and_misses(report: Report, truth: Mapping[str, Spans], joins: Mapping[str, float]) -> pd.DataFrame:
    """Events after an application joined that a detection overlaps, and detections that overlap an event.

    Returns one row per application: app, events, found, detections, right, recall, precision.
    """
    spans = Verdicts(truth, report, list(joins)).table()
    found, hit = spans.kind == "detection", spans.outcome == "hit"
    event = ~found & (spans.start_s >= spans.app.map(joins))
    marks = pd.DataFrame({"events": event, "found": event & hit, "detections": found, "right": found & hit})
    table = marks.groupby(spans.app).sum().reindex(list(joins), fill_value=0).rename_axis("app").reset_index()
    return table.assign(recall=table.found / table.events, precision=table.right / table.detections)


def side_by_side(reports: Mapping[str, Report], truth: Mapping[str, Spans]) -> pd.DataFrame:
    """One stream, run in several ways (system → report): looks planned, done and dropped, and what was found, of all.

    Returns: system, plans, planned, done, dropped, events, found, detections, right, f1 (of the sums).
    """
    rows = []
    for system, report in reports.items():
        looks = report.achieved()[["planned", "looks", "dropped"]].sum().rename({"looks": "done"})
        apps = dict.fromkeys(report.plans[-1]["apps"], 0)
        found = hits_and_misses(report, truth, apps)[["events", "found", "detections", "right"]].sum()
        f1 = harmonic_mean(found.found / found.events, found.right / found.detections) if found.detections else 0.0
        rows.append({"system": system, "plans": len(report.plans), **looks, **found, "f1": float(f1)})
    return pd.DataFrame(rows)


def looks_kept(report: Report) -> pd.DataFrame:
    """Looks per second under every plan that lasted, planned and had: app, since_s, until_s, planned, had."""
    looks, rows = report.table(), []
    ends = [*(p["since_s"] for p in report.plans[1:]), report.stream_s]
    for p, until in zip(report.plans, ends, strict=True):
        for app, unit in p["apps"].items() if until > p["since_s"] else ():
            n = ((looks.app == app) & (looks.time_s >= p["since_s"]) & (looks.time_s < until)).sum()
            span = {"app": app, "since_s": p["since_s"], "until_s": until}
            rows.append({**span, "planned": unit["fps"], "had": n / (until - p["since_s"])})
    return pd.DataFrame(rows)


def looks_in_two(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """The same looks of two engines, per application: changed (share of decisions), mean, max (of probabilities)."""
    apart = (one.probability - other.probability).abs()
    table = pd.DataFrame({"app": one.app, "changed": one.positive != other.positive, "apart": apart})
    return table.groupby("app", sort=False).agg(
        changed=("changed", "mean"), mean=("apart", "mean"), max=("apart", "max")
    )


def recorded_deployment(n_apps: int) -> pd.DataFrame:
    """Looks of the study's deployed train application at one event, with this many applications on the NUC (figure 10).

    Returns: system, time_s, hit; one row per analysed frame. The train leaves view at `TRAIN_LEAVES_S`.
    """
    rows = recorded("deploy_timeline")
    rows = rows[(rows.run == f"train2-{n_apps}apps-" + rows.system.str.replace("_", "")) & (rows.state >= 0)]
    runs = zip(rows.system, rows.state, rows.first_frame.astype(int), rows.last_frame.astype(int), strict=True)
    looks = [
        {"system": system, "time_s": frame / DEPLOYED_FPS, "hit": state == 1}
        for system, state, first, last in runs
        for frame in range(first, last + 1)
    ]
    return pd.DataFrame(looks)


def deployed(ours: Mapping[str, pd.DataFrame], app: str, spans: Spans) -> pd.DataFrame:
    """Looks at one event: the record's two runs (10 and 20 applications), and ours by system, with what they were.

    Args:
        ours: system → `Report.table` of application `app` among others; spans: when its object was in view.
    Returns:
        source, system, time_s, hit, in_view, verdict: hit, miss, right no, false alarm; of the record's looks after
        its train had left, whose answers it calls hits and misses as well: "hit, afterwards", "miss, afterwards".
    """
    record = {f"record, {n} applications": recorded_deployment(n) for n in (10, 20)}
    found = pd.concat(record, names=["source"]).reset_index(0)
    found["in_view"] = found.time_s < TRAIN_LEAVES_S
    found["verdict"] = found.hit.map({True: "hit", False: "miss"}) + found.in_view.map(
        {True: "", False: ", afterwards"}
    )
    parts: list[Any] = [found]
    for system, looks in ours.items():
        seen = [any(a <= t < b for a, b in spans) for t in looks.time_s]
        named = {(True, True): "hit", (True, False): "miss", (False, False): "right no", (False, True): "false alarm"}
        verdict = [named[key] for key in zip(seen, looks.positive, strict=True)]
        parts.append(looks[["time_s"]].assign(
            source=f"executed here: {app}", system=system, hit=looks.positive, in_view=seen, verdict=verdict
        ))  # fmt: skip
    return pd.concat(parts, ignore_index=True)
