"""The tables of docs/real_data.md are what results/reference/paper says, line by line."""

import pandas as pd
import pytest

from mainstream.paths import REFERENCE, ROOT

PAPER = REFERENCE / "paper"
DEPTHS = {0: "input", 33: "conv_pw_5", 57: "conv_pw_9", 75: "conv_pw_12", 82: "pooled features"}


def line(*cells):
    """A row of a Markdown table."""
    return f"| {' | '.join(map(str, cells))} |"


def span(row, name):
    """A number with its limits: 1.39 [1.00, 1.85]."""
    return f"{row[name]:.2f} [{row[name + '_low']:.2f}, {row[name + '_high']:.2f}]"


def accuracies():
    """Balanced accuracy, a row per network, application and what it was counted on."""
    for network in sorted(PAPER.glob("mobilenet-*")):
        table = pd.read_csv(network / "accuracy_by_split.csv").replace({"on": {"images": "photos", "video": "film"}})
        for (app, on), part in table.groupby(["app", "on"], sort=False):
            found = part.set_index("frozen_layers").accuracy
            yield line(network.name, app, on, *(f"{found[k]:.3f}" if k in found else "" for k in DEPTHS))


def errors():
    """Mean absolute error of Event-F1, a row per network and form."""
    for network in sorted(PAPER.glob("mobilenet-*")):
        for what, row in pd.read_csv(network / "model_error.csv", index_col=0).iterrows():
            yield line(network.name, what, f"{row.measured:.3f}")


def schedules():
    """Counted ratios over both baselines, promised ones, and the study's recorded ones."""
    study = pd.read_csv(REFERENCE / "claims/05_headline/headline.csv", index_col="n_apps")
    for network in sorted(PAPER.glob("mobilenet-*")):
        best = pd.read_csv(network / "executed_tracks.csv").query("system == 'optimal'")
        for _, row in best.iterrows():
            said = []
            for base in ("no_sharing", "max_sharing"):
                recorded = study[f"{base}: recorded"].get(row.n_apps)
                said += [span(row, f"over_{base}"), f"{row[f'model_over_{base}']:.2f}"]
                said += [f"{recorded:.2f}" if recorded else ""]
            yield line(network.name, row.n_apps, f"{row.executed:.2f}", *said)


def throughputs():
    """Frames per second of each application with nothing and everything shared, and the study's ratio (InceptionV3)."""
    ours = pd.read_csv(PAPER / "sharing.csv")
    study = pd.read_csv(ROOT / "data/published/throughput_inception.csv").sort_values("order")
    for row in ours.itertuples():
        fps = study[study.n_apps == row.applications].task_fps
        recorded = f"{fps.iloc[-1] / fps.iloc[0]:.2f}" if row.network == "inception-v3" else ""
        rates = f"{row.none_fps:.1f}", f"{row.all_fps:.1f}", f"{row.ratio:.2f}"
        yield line(row.network, row.applications, *rates, recorded)


def zones():
    """Plans kept, costs and F1 of three applications, before and after they had zones."""
    for row in pd.read_csv(PAPER / "zones_virtual.csv").itertuples():
        cost = f"{row.cost_by_profile / row.cost_planned - 1:+.1%}"
        low, high = (float(v) for v in row.f1_interval.strip("()").split(","))
        yield line(row.way, row.budget, row.app, row.layer, f"{row.fps:g}, {row.achieved_fps:.2f}", row.x_vote,
                   f"{row.cost_planned:.0f}, {cost}", f"{row.found} of {row.events}", row.false,
                   f"{row.f1:.2f} [{low:.2f}, {high:.2f}]", f"{row.model_f1:.2f}")  # fmt: skip


def by_the_wall_clock():
    """What plans cost in real time, the film twenty times as fast, beside profiles of the same minute."""
    rows = pd.read_csv(PAPER / "zones_wall.csv")
    for (way, budget), part in rows.groupby(["way", "budget"], sort=False):
        one = part.iloc[0]
        off = [f"{one[name]:+.0%}" for name in ("off", "off_least", "off_most")]
        yield line(way, budget, f"{one.cost_planned:.0f}", f"{one.cost_measured:.0f}", off[0], " to ".join(off[1:]),
                   f"{part.dropped.sum():.0f} of {part.planned.sum():.0f}")  # fmt: skip


def look_by_look():
    """What a frame costs over its plan, between measurements of the plan's parts."""
    for row in pd.read_csv(PAPER / "zones_pairs.csv").itertuples():
        off = [f"{value - 1:+.1%}" for value in (row.ratio, row.low, row.high)]
        yield line(row.way, row.budget, f"{row.run_ms:.1f}", f"{row.parts_ms:.1f}", off[0], " to ".join(off[1:]))


def test_looks_cost_what_their_plans_say():
    """To 5%, at every budget: the page says so."""
    rows = pd.read_csv(PAPER / "zones_pairs.csv")
    assert len(rows) == 6 and rows.low.min() > 0.95 and rows.high.max() < 1.05


def test_two_budgets_of_the_zones_are_one_plan():
    one, other = (pd.read_csv(PAPER / "zones_wall.csv").query(f"way == 'zones' and budget == {b}") for b in (0.95, 0.8))
    same = ["app", "layer", "fps", "x_vote", "cost_planned"]
    assert one[same].to_numpy().tolist() == other[same].to_numpy().tolist()


TABLES = accuracies, errors, schedules, throughputs, zones, by_the_wall_clock, look_by_look


@pytest.mark.parametrize("table", TABLES, ids=lambda f: f.__name__)
def test_the_page_says_what_was_counted(table):
    page = (ROOT / "docs" / "real_data.md").read_text(encoding="utf-8").splitlines()
    expected = list(table())
    assert len(expected) > 2 and [row for row in expected if row not in page] == []


def test_specialising_is_not_shown_to_gain_anything():
    for network in PAPER.glob("mobilenet-*"):
        gains = pd.read_csv(network / "gains.csv")
        assert ((gains.low < 0) & (gains.high > 0)).all()
        best = pd.read_csv(network / "executed_tracks.csv").query("system == 'optimal'")
        assert (best.over_max_sharing == 1).all()


def test_rates_and_costs_were_kept_within_five_percent():
    rows = pd.read_csv(PAPER / "zones_virtual.csv")
    assert set(rows.way) == {"whole", "zones"} and (rows.dropped == 0).all()
    assert rows.cost_by_profile.to_numpy() == pytest.approx(rows.cost_planned, rel=0.05)
    assert rows.achieved_fps.to_numpy() == pytest.approx(rows.fps, rel=0.05)
