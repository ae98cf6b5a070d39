# The fleet's objective is then the weighted mean over all applications, and the division of the budget knows it: the
# camera that counts for more can only gain, the others together can only lose. Where there is enough for all, or where
# its next lump costs too much even so, neither happens.
from mainstream.scheduler import fleet

who, rows = chosen[0], []


def weighed(weight, of):
    """The fleet's cameras, all applications of camera `of` with this weight."""
    apps = {k: tuple(a.model_copy(update={"weight": weight if k == of else 1.0}) for a in pool[k].apps) for k in who}
    return [pool[k].model_copy(update={"objective": "weighted", "apps": apps[k]}) for k in who]


for b in (20 * fleet_size, 30 * fleet_size, 50 * fleet_size):
    before = fleet.solve_fleet(weighed(1.0, None), b, steps=20)
    missing = [curves[k, -1] - s.objective_value for k, s in zip(who, before.schedules, strict=True)]
    c = int(np.argmax(missing))
    after = fleet.solve_fleet(weighed(4.0, who[c]), b, steps=20)
    f1 = [np.array([sum(u.f1 for u in s.units) for s in plan.schedules]) for plan in (before, after)]
    gain = f1[1] - f1[0]
    rows.append({"budget": b, "camera": who[c], "missing": missing[c], "its budget before": before.budgets[c], "after": after.budgets[c],
                 "it gains (F1, summed)": gain[c], "the others pay": gain[c] - gain.sum()})  # fmt: skip
    assert gain[c] > -1e-6 and gain.sum() - gain[c] < 1e-6
pd.DataFrame(rows).round(3)
