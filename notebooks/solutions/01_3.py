# A threshold trades one error for the other. The packages' thresholds weigh both alike; a user who is woken by every
# alarm would not. Chosen on validation stills, as always, and counted on test stills.
from mainstream.data import rates as counting
from mainstream.networks.tails import load_tails, probabilities

allowed = 0.02  # share of stills without the object that may raise an alarm
package, app = packages[0], packages[0].application
val, test = photos.part("val"), photos.part("test")
rows = []
asked = dict.fromkeys([*layers, package.splits[-1].layer])
for halves in load_tails([(package, layer) for layer in asked], base):
    on_val, on_test = (probabilities(halves, part.images, package.base.preprocessing) for part in (val, test))
    strict = np.nextafter(np.quantile(on_val[~val.has(app)], 1 - allowed, method="higher"), np.float32(1))
    assert (on_val[~val.has(app)] >= strict).mean() <= allowed
    for rule, threshold in (("both alike", halves.record.threshold), (f"≤ {allowed:.0%} false", strict)):
        r = counting.count_rates(on_test, test.has(app), threshold)
        rows.append((halves.record.layer, rule, threshold, r.tpr, *r.tpr_interval, r.fpr, *r.fpr_interval))
columns = ["layer", "rule", "threshold", "TPR", "TPR from", "TPR to", "FPR", "FPR from", "FPR to"]
print(
    f"{app}: in {val.has(app).sum()} of {len(val)} validation and in {test.has(app).sum()} of {len(test)} test stills\n"
)
print(pd.DataFrame(rows, columns=columns).round(3).to_string(index=False))
# Do the splits keep their order by TPR? Where their intervals overlap there is no order to keep. And a limit that holds
# on validation need not hold on test: the false alarms that set the threshold were a handful.
