# The mean of F1s weighs every application alike; F1 of means lets one application's recall stand in for another's precision.
# Only the column changes: `.f1.` becomes `.f1_mean.` where both ratios are made. Where the two averages part, applications
# of one system are unequal; the printed lines say for which claim that matters, and at which step.
average = {"F1 of means": "f1", "mean of F1s": "f1_mean"}
tables = {}
for name, column in average.items():
    m = corrections.groupby(["step", "n_apps", "system"])[column].mean().unstack()
    at_32, at_2 = m.xs(32, level="n_apps"), m.xs(2, level="n_apps")
    claims = {"28X: over no_sharing, 32": at_32.mainstream / at_32.no_sharing}
    tables[name] = pd.DataFrame({**claims, "71%: over max_sharing, 2": at_2.mainstream / at_2.max_sharing})
both = pd.concat(tables, axis=1).swaplevel(axis=1).sort_index(axis=1)
for claim, part in both.T.groupby(level=0):
    change = (part.T[claim]["mean of F1s"] / part.T[claim]["F1 of means"] - 1).abs()
    print(f"{claim}: the average changes it by {100 * change.max():.1f}% at most (step {change.idxmax()!r})")
assert np.allclose(tables["F1 of means"]["28X: over no_sharing, 32"], ratios["over no_sharing"].xs(32, level="n_apps"))
both.round(3)
