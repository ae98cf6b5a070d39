# A new plan brings a new ladder of rates, and a ladder counts its slots from the first frame that it is shown: that frame is
# the first of slot 1 at every rate at once. Were it the fastest application's alone, the slowest might wait a whole period
# after each swap, and with a swap per period it would never look at all.
from mainstream.runner.sampling import Ladder

fresh = Ladder([10, 3, 1])
dues = [fresh.lowest_due(k / 10) for k in range(11)]
print("lowest rate that looks, frame by frame at 10 fps:", dues)
alone = dues[:10].count(10)
assert check("07.1", alone) and dues[0] == 1  # the lowest rate is due, and whoever has it or a higher one looks

table = report.table()
rows = []
for p in report.plans:
    first = table[table.time_s >= p["since_s"]].time_s.min()
    looking = set(table[table.time_s == first].app)
    assert looking == set(p["apps"])  # in the run above too, at every swap
    rows.append({"plan since, s": p["since_s"], "first frame, s": first, "who looks at it": ", ".join(sorted(looking))})
pd.DataFrame(rows)
