"""The figures of notebook 04: what their captions say of small data that one can check by eye."""

import pandas as pd
import pytest

from mainstream.errors import UserError
from mainstream.study import compared, experiments, published
from mainstream.study.figures import choice


def moves(*rows):
    columns = ["app", "split", "new_split", "fps", "new_fps", "benefit", "cost", "ratio"]
    return pd.DataFrame(rows, columns=columns)


def test_the_dearest_move_is_named_and_free_ones_are_counted():
    drawn = choice.greedy_moves(moves(
        ("car-1", 84, 63, 1, 1, 0.4, 0.1, 4.0), ("car-1", 63, 63, 1, 2, 0.2, 20.0, 0.01),
        ("cat-2", 84, 81, 1, 1, 0.1, 0.0, float("inf")), ("cat-2", 81, 81, 1, 2, 0.3, 0.5, 0.6),
    ))  # fmt: skip
    assert drawn.text == (
        "4 moves, 2 of which buy more looks. The dearest, car-1: 1 → 2 looks/s, costs 20 units/s. 1 cost nothing, "
        "and 1 times a move has a better ratio than the one before it."
    )


@pytest.mark.parametrize(
    ("no_sharing", "end"),
    [([0.0, 0.6, 0.7], "; from 200 on that baseline is as good (within 0.001)"),
     ([0.0, 0.6, 0.4], ", and by 0.200 at 400")],
)  # fmt: skip
def test_a_lead_that_ends_is_said_to_end(no_sharing, end):
    f1 = {
        "no_sharing": no_sharing,
        "max_sharing": [0.3, 0.4, 0.5],
        "greedy": [0.4, 0.6, 0.7],
        "optimal": [0.5, 0.6, 0.7],
    }
    rows = [{"budget": b, "system": s, "f1": v, "feasible": v > 0}
            for s, values in f1.items() for b, v in zip((100, 200, 400), values, strict=True)]  # fmt: skip
    text = choice.f1_by_budget(pd.DataFrame(rows)).text
    assert text.startswith("The joint choice leads the better baseline (shaded) by 0.200 F1 at a budget of 100" + end)
    assert text.endswith("greedy is never more than 0.1000 F1 below the optimum.")


def test_greedy_and_the_proof_are_compared_problem_by_problem():
    problems = [experiments.random_problem(2, seed=s) for s in range(3)]
    gaps = compared.gaps(compared.compare_schedulers(problems, ["greedy", "optimal"]))
    assert list(gaps.columns) == ["n_apps", "gap", "greedy_s", "optimal_s"] and (gaps.gap > -1e-9).all()
    exact = int((gaps.gap < 1e-6).sum())
    assert f"over 3 random problems, and is at the optimum in {exact} of them" in choice.time_and_gap(gaps).text


def test_a_device_and_curves_say_what_sharing_buys_and_costs():
    device, packages = published.device("2018-05"), published.mpackages("2018-05")
    drawn = choice.trade_off(device, packages, (1, 2))
    alone, shared = (published.ONE_DEVICE / (device.stem[k] + 2 * device.tail[k]) for k in (0, -1))
    said = f"With 2 applications one device gives each {alone:.1f} frames/s when nothing is shared and {shared:.0f} "
    assert drawn.text.startswith(said)
    first = [(p.splits[0].tpr + 1 - p.splits[0].fpr) / 2 for p in packages.values()]
    head = [(p.splits[-2].tpr + 1 - p.splits[-2].fpr) / 2 for p in packages.values()]
    assert f"from {sum(first) / len(first):.2f} to " in drawn.text
    assert drawn.text.endswith(f"({sum(head) / len(head):.2f} one split earlier, where the whole head is trained).")


def test_a_budget_that_pays_for_no_move_is_named():
    """The cheapest schedule costs 20.9119 units/s: of 20.92 the table of moves had no columns, an AttributeError."""
    with pytest.raises(UserError, match=r"budget=20\.92: pays for the cheapest schedule and no move of greedy"):
        compared.moves_table(experiments.random_problem(10, seed=0, budget=20.92), [])
