# Some events are easy and some are hard, and a second look at a hard one is as likely to miss: memory without end. Each
# event draws its own TPR from a Beta distribution with mean p and correlation ρ; looks at it are then independent.
from scipy.stats import beta

levels = (np.arange(40) + 0.5) / 40  # as many events as we average over, from hard to easy


def declared(rate, rho, table):
    """Chance that a window is declared, its own rate drawn from Beta; one value per row of `table`."""
    rate, rho = np.clip(rate, 1e-4, 1 - 1e-4), np.clip(rho, 1e-3, 1 - 1e-3)
    a, b = rate * (1 / rho - 1), (1 - rate) * (1 / rho - 1)
    drawn = np.clip(np.nan_to_num(beta.ppf(levels[:, None], a, b)), 0, 1)
    assert np.abs(drawn.mean(0) - rate).max() < 0.02  # the mean rate is what was measured
    return quality.event_recall(
        drawn, table.fps.to_numpy(), stream_fps=recording.fps, event_length_s=table.event_length_s.to_numpy(),
        x_vote=table.x_vote.to_numpy(),
    ).mean(0)  # fmt: skip


table, rows = sets["same frames"], []
recall, false = (declared(table[rate].to_numpy(), table.correlation.to_numpy(), table) for rate in ("tpr", "fpr"))
true, wrong = table.event_frequency * recall, (1 - table.event_frequency) * false
precision = np.divide(true, true + wrong, out=np.zeros(len(table)), where=(true + wrong > 0).to_numpy())
own_rate = quality.Quality(recall, precision, quality.harmonic_mean(recall, precision))
both = fitted.expected(table, recording.fps, form="heterogeneous")
for memory, model in (("chain", fitted.expected(table, recording.fps)), ("own rate", own_rate), ("both", both)):
    error = model.f1 - table.f1
    rows.append((memory, np.abs(error).mean(), error.mean(), (model.recall - table.recall).mean()))
print(f"{len(table)} combinations; counts themselves are uncertain by {noise:.3f} on average\n")
columns = ["memory", "mean |error| of F1", "mean error of F1", "mean error of recall"]
print(pd.DataFrame(rows, columns=columns).round(4).to_string(index=False))
assert np.isclose(rows[0][1], mae["same frames", "consistent"])  # the chain is the notebook's own
above = summary.mean_absolute["same frames"]
form, without = (above - rows[1][1]).abs().idxmin()
print(f"nearest to events with a rate of their own is the row '{form}' without '{without}'")

# A memory is better when its error is smaller by more than the uncertainty of counting, on other days than these too.
# A middle way is open: part of what makes an event hard passes (somebody walks in front), part stays (it is far away).
