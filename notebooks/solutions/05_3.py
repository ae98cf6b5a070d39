# A long event meets many looks even when looks are rare, so the ratio to No Sharing shrinks as events get longer. 2X needs
# a No Sharing so slow that even a long event often falls between two of its looks: many more applications.
from mainstream.scheduler import solve
from mainstream.scheduler.optimal import optimal

names = published.headline_mixes()[-1][:4]  # the record's four applications, in turn


def ratio(n, length_s):
    problem = published.headline_problem(tuple(names[k % 4] for k in range(n)))
    if length_s:
        apps = tuple(a.model_copy(update={"event_length_s": length_s}) for a in problem.apps)
        problem = problem.model_copy(update={"apps": apps})
    best = solve(problem, lambda p: optimal(p, rel_gap=0.01))  # proven to one percent: enough for a ratio
    return best.mean_f1 / solve(problem, lambda p: optimal(p.restricted(0), rel_gap=0.01)).mean_f1


tried = {"as recorded": (None, [16, 32]), "of 2 s": (2.0, [16, 32, 64, 128])}  # events -> length, applications
table = pd.DataFrame({name: {n: ratio(n, length) for n in sizes} for name, (length, sizes) in tried.items()})
for name, ratios_ in table.items():
    passed = ratios_[ratios_ >= 2].index
    where = f"passed at {passed[0]}" if len(passed) else "not passed"
    print(f"events {name}: 2X is {where}; tried were {list(ratios_.dropna().index)}")
display(table.rename_axis("applications").rename_axis("events", axis=1).round(3))
check("05.3", table["of 2 s"][table["of 2 s"] >= 2].index[0])
