# The fleet's objective is then the weighted mean over all applications, and the division of the budget knows it: the
# camera that counts for more can only gain, the others together can only lose. Where there is enough for all, or where
# its next lump costs too much even so, neither happens.
from mainstream.scheduler import fleet

who, rows = chosen[0], []
camera = np.repeat(who, [len(pool[k].apps) for k in who])  # of each application of the fleet


def planned(budget, favourite=None):
    """F1 of every application in the best plan of the whole fleet, those of camera `favourite` with weight 4."""
    apps = {k: tuple(a.model_copy(update={"weight": 4.0 if k == favourite else 1.0}) for a in pool[k].apps) for k in who}
    cameras = [pool[k].model_copy(update={"objective": "weighted", "apps": apps[k]}) for k in who]
    return np.array([unit.f1 for unit in solve(fleet.forest(cameras, budget)).units])


for b in (20 * fleet_size, 30 * fleet_size, 50 * fleet_size):
    before = planned(b)
    missing = {k: curves[k, -1] - before[camera == k].mean() for k in who}
    c = max(missing, key=missing.get)
    gain = planned(b, c) - before
    own = gain[camera == c].sum()
    rows.append({"budget": b, "camera": c, "missing": missing[c], "it gains (F1, summed)": own,
                 "the others pay": own - gain.sum()})  # fmt: skip
    assert own > -1e-6 and gain.sum() - own < 1e-6
pd.DataFrame(rows).round(3)
