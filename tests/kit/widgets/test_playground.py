"""The playground: what is shown equals what `solve` says, and what is done to it shows."""

import matplotlib.pyplot as plt
import pytest

from mainstream.errors import UserError
from mainstream.kit.widgets.playground import Playground, catalogue
from mainstream.scheduler import solve
from mainstream.scheduler.cost import cheapest, cost
from mainstream.study import experiments, figures, published
from mainstream.study.figures import diagrams


@pytest.fixture
def playground():
    return Playground(experiments.random_problem(4, seed=0, budget=60.0))


def same_as(playground, problem, scheduler="optimal"):
    """The table and the message say what `solve` says of this problem."""
    plan, table = solve(problem, scheduler), playground.table()
    for column in ("app", "split", "fps", "x_vote", "f1", "recall", "precision"):
        assert list(table[column]) == [getattr(u, column) for u in plan.units]
    assert table.cost.sum() == pytest.approx(plan.cost) and table.cost_share.sum() == pytest.approx(1)
    assert f"Mean F1 {plan.mean_f1:.4f}" in playground.message.value
    assert all(f"{u.f1:.4g}" in playground.tables.value for u in plan.units)
    return True


def test_it_starts_with_the_plan_of_its_problem(playground):
    assert same_as(playground, playground.problem)
    why, table = playground.why(), playground.table()
    assert list(why.app) == list(table.app) and "f1_richer" in why
    assert playground.drawing().text.startswith("Mainstream, optimal gives 4 applications a mean Event-F1 of ")
    assert playground.image in playground.box.children and bytes(playground.image.value)[1:4] == b"PNG"


def test_why_of_two_applications_of_one_name_has_a_row_for_each():
    problem = experiments.random_problem(2, seed=0, budget=60.0)
    twins = tuple(app.model_copy(update={"name": "twin"}) for app in problem.apps)
    why = Playground(problem.model_copy(update={"apps": twins})).why()
    assert list(why.app) == ["twin", "twin"] and len(why.columns) == len(set(why.columns))


def test_an_application_joins_and_leaves(playground):
    before, names = bytes(playground.image.value), list(playground.table().app)
    start = playground.problem
    playground.controls["entry"].value, playground.controls["length"].value, playground.controls["frequency"].value = (
        "bus",
        2.0,
        0.5,
    )
    playground.controls["correlation"].value = 0.25
    playground.controls["add"].click()
    joined = playground.table().iloc[-1]
    assert list(playground.table().app) == [*names, "bus-5"] and playground.controls["leaving"].options[-1] == "bus-5"
    assert (joined.event_length_s, joined.event_frequency, joined.correlation) == (pytest.approx(2), 0.5, 0.25)
    curve = published.mpackages(published.SWEEP_VINTAGE)["bus"].splits
    assert playground.problem.apps[-1].tpr == tuple(s.tpr for s in curve)
    assert bytes(playground.image.value) != before and "bus-5" in playground.tables.value
    assert same_as(playground, playground.problem)
    playground.controls["leaving"].value = "bus-5"
    playground.controls["remove"].click()
    assert playground.problem.model_dump() == start.model_dump() and bytes(playground.image.value) == before


def test_names_stay_unique_and_the_last_application_stays():
    playground = Playground(experiments.random_problem(2, seed=0, budget=60.0))
    playground.controls["add"].click()
    playground.controls["leaving"].value = playground.problem.apps[0].name
    playground.controls["remove"].click()
    playground.controls["add"].click()
    names = [a.name for a in playground.problem.apps]
    assert len(names) == len(set(names)) == 3
    for _ in range(3):
        playground.controls["remove"].click()
    assert len(playground.problem.apps) == 1 and "is the last application" in playground.message.value


def test_less_budget_costs_less(playground):
    rich, before = playground.plan.cost, bytes(playground.image.value)
    playground.controls["budget"].value = 40.0
    assert playground.plan.cost <= 40 * (1 + 1e-9) < rich and bytes(playground.image.value) != before
    assert same_as(playground, playground.problem.model_copy(update={"budget": playground.controls["budget"].value}))


def test_an_impossible_budget_is_a_sentence_and_the_last_plan_stays(playground):
    least = cost(playground.problem, cheapest(playground.problem))
    playground.controls["budget"].value = 20.0
    table, image = playground.table(), bytes(playground.image.value)
    assert 20 > playground.controls["budget"].min < least
    playground.controls["budget"].value = playground.controls["budget"].min
    message = playground.message.value
    assert "is below the cheapest schedule, which costs" in message and f"{least:.6g}" in message
    assert "The last plan stays below." in message
    assert bytes(playground.image.value) == image and playground.table().equals(table)
    playground.controls["add"].click()  # still impossible, still no traceback
    assert "is below the cheapest" in playground.message.value and len(playground.table()) == 4
    playground.controls["budget"].value = 60.0
    assert same_as(playground, playground.problem) and len(playground.table()) == 5


@pytest.mark.parametrize("scheduler", ["greedy", "greedy_as_published", "max_sharing"])
def test_every_scheduler_is_the_one_of_the_library(playground, scheduler):
    playground.controls["scheduler"].value = scheduler
    assert playground.plan.scheduler == scheduler and same_as(playground, playground.problem, scheduler)
    now, richer = (solve(playground.problem.model_copy(update={"budget": b})) for b in (60.0, 66.0))
    assert list(playground.why().f1_optimal) == [u.f1 for u in now.units]
    assert list(playground.why().f1_richer) == [u.f1 for u in richer.units]


def test_no_sharing_that_cannot_run_says_so_and_objectives_change_the_plan(playground):
    playground.controls["scheduler"].value = "no_sharing"
    assert "cheapest schedule of no_sharing, which costs 83.2552" in playground.message.value
    assert playground.plan.scheduler == "optimal"
    playground.controls["scheduler"].value = "optimal"
    playground.controls["objective"].value = "max-min"
    assert same_as(playground, playground.problem) and playground.plan.objective_value == playground.table().f1.min()


def test_curves_of_other_splits_cannot_join_and_names_cannot_smuggle_html_in(playground):
    problem = playground.problem
    assert catalogue(problem) == published.mpackages(published.SWEEP_VINTAGE)
    assert catalogue(problem.model_copy(update={"device": published.device(published.HEADLINE_VINTAGE)})) == {}
    named = problem.apps[0].model_copy(update={"name": "&lt;b&gt;own"})
    playground = Playground(problem.model_copy(update={"apps": (named, *problem.apps[1:])}))
    assert "&lt;b" not in playground.tables.value and "&amp;lt;b&amp;gt;own" in playground.tables.value


def test_a_start_without_a_plan_is_told():
    with pytest.raises(UserError, match="below the cheapest"):
        Playground(experiments.random_problem(4, seed=0, budget=1.0))


def test_the_figure_can_be_saved_and_shown_again(playground, tmp_path, recwarn):
    with plt.rc_context():
        figures.use_style()
        for name in ("a.pdf", "a.png"):  # two in a row: saving puts the style's layout back where there is none
            playground.figure.savefig(tmp_path / name, bbox_inches="tight")
    playground.controls["budget"].value = 45.0
    playground.figure.savefig(tmp_path / "b.png", bbox_inches="tight")
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "b.png").read_bytes()
    texts = [t.get_text() for ax in playground.figure.axes for t in ax.texts]
    assert sum("F1 0." in t for t in texts) >= 4 and any("budget 45" in t for t in texts)
    assert [w for w in recwarn if "layout" in str(w.message)] == []


def test_widths_of_branches_and_trunk_follow_the_rates():
    _, ax = plt.subplots()
    splits, rates = {"cat": 1, "car": 3, "bus": 0}, {"cat": 8, "car": 2, "bus": 10}
    diagrams.tree(ax, splits, 4, rates=rates, f1={"cat": 0.5, "car": 1, "bus": 0}, full_rate=10)
    lines = [line for line in ax.lines if len(line.get_xdata()) > 1]
    # the trunk, segment by segment: 8/s, then 2/s; bus, cat, car from the top; 10/s is drawn widest
    assert [line.get_linewidth() for line in lines] == pytest.approx([9.6, 2.4, 2.4, 12, 9.6, 2.4])
    texts = [t.get_text() for t in ax.texts]
    assert any("10/s" in t and "F1 0.00" in t for t in texts)
