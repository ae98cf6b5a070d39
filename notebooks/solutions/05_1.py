# Mainstream's recorded rates stand in order of increasing frozen layers, not in the order in which the applications are
# listed: read as listed, whoever is out of place gets somebody else's rate. Nobody saw it because only averages over
# applications are plotted. The sum of the rates is the same in other hands, and the curve moves by the last line below.
written = published.table("headline_4apps")
written = written[written.system == "mainstream"]
packages, rows = published.mpackages(), []
for r in written.itertuples():
    layers, listed = published.numbers(r.frozen_layers), published.numbers(r.fps)
    stream, own = published.reading_rule("mainstream", r.n_apps, layers, listed)
    assert sorted(own) == sorted(listed)
    row = {"apps": r.apps, "n_apps": r.n_apps, "layers": layers, "as listed": listed, "by the rule": own}
    for how in ("as listed", "by the rule"):
        q = published.evaluated([packages[a] for a in r.apps.split()], layers, row[how], stream, "as_published")
        row[f"error {how}"] = max(abs(q.recall.mean() - r.recall), abs(q.precision.mean() - r.precision))
        row[f"F1 {how}"] = 2 / (1 / q.recall.mean() + 1 / q.precision.mean())
    rows.append(row)
read = pd.DataFrame(rows)
assert (read["error by the rule"] < 6e-5).all()  # the record is rounded to four digits

moved = read[read["as listed"] != read["by the rule"]]
assert check("05.1", len(moved))
print(f"in {len(moved)} of {len(read)} schedules somebody has another's rate; "
      f"{(read['as listed'].map(set).map(len) == 1).sum()} have one rate for all")  # fmt: skip
print(f"largest error of mean recall or precision: read as listed {read['error as listed'].max():.4f}, "
      f"by the rule {read['error by the rule'].max():.5f} (the record's rounding)")  # fmt: skip
curve = read.groupby("n_apps")[["F1 as listed", "F1 by the rule"]].mean()
print(f"a point of the plotted curve moves by {curve.diff(axis=1).iloc[:, 1].abs().max():.4f} at most")
moved.head(6)[["apps", "layers", "as listed", "by the rule"]]
