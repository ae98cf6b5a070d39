"""30 applications × 16 splits × 10 rates on the published curves: optimal (one vote, and X in 1…3) and greedy."""

import json
import statistics

from mainstream.scheduler import solve
from mainstream.study.experiments import random_problem


def trial(votes: tuple[int, ...], problems: int) -> dict[str, float]:
    plans = [random_problem(30, seed=seed, x_options=votes) for seed in range(problems)]
    exact = [solve(p, "optimal") for p in plans]
    quick = [solve(p, "greedy") for p in plans]
    lost = [a.mean_f1 - b.mean_f1 for a, b in zip(exact, quick, strict=True)]
    return {
        "problems": problems,
        "optimal_median_s": round(statistics.median(s.seconds for s in exact), 3),
        "optimal_max_s": round(max(s.seconds for s in exact), 3),
        "greedy_median_s": round(statistics.median(s.seconds for s in quick), 3),
        "greedy_max_s": round(max(s.seconds for s in quick), 3),
        "time_ratio": round(sum(s.seconds for s in exact) / sum(s.seconds for s in quick), 1),
        "largest_gap": max(s.gap or 0.0 for s in exact),
        "f1_lost_by_greedy_mean": round(statistics.mean(lost), 5),
    }


def main() -> None:
    one, three = trial((1,), 9), trial((1, 2, 3), 9)
    targets = {"optimal_median_s": 5, "greedy_max_s": 0.5, "optimal_median_s_x_1_2_3": 20, "largest_gap": 1e-6}
    greedy_s = max(one["greedy_max_s"], three["greedy_max_s"])
    gap = max(one["largest_gap"], three["largest_gap"])
    met = one["optimal_median_s"] <= 5 and three["optimal_median_s"] <= 20 and greedy_s <= 0.5 and gap <= 1e-6
    print(json.dumps({"x_1": one, "x_1_2_3": three, "targets": targets, "met": met}))


if __name__ == "__main__":
    main()
