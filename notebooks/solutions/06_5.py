# "X of the last Y": the chain must remember the last Y outcomes, so its states are bit patterns, 2^Y of them, not a run length.
# A witness first: thousands of windows drawn from the chain and counted. Then the chain, held against the witness.
from itertools import product

from mainstream.quality import event_recall


def drawn(p, rho, n, x, y, windows=40_000, seed=0):
    """Witness: the share of windows of n looks in which some Y looks in a row hold at least X hits."""
    rng = np.random.default_rng(seed)
    hits = np.empty((windows, n), bool)
    hits[:, 0] = rng.random(windows) < p
    for i in range(1, n):  # after a hit p + (1-p)ρ, after a miss p(1-ρ)
        hits[:, i] = rng.random(windows) < p * (1 - rho) + rho * hits[:, i - 1]
    sums = np.cumsum(np.pad(hits, ((0, 0), (y, 0))), axis=1)  # looks before the first count as misses
    return float((sums[:, y:] - sums[:, :-y] >= x).any(axis=1).mean())


def declared(p, rho, n, x, y):
    """P(at least X hits among some Y looks in a row, within n looks), exactly."""
    states, done = {(0,) * y: 1.0}, 0.0  # last Y outcomes -> probability, nothing declared yet
    for i in range(n):
        after = {}
        for past, mass in states.items():
            hit = p if i == 0 else p * (1 - rho) + rho * past[-1]
            for outcome, share in ((1, hit), (0, 1 - hit)):
                now = (*past[1:], outcome)
                if sum(now) >= x:
                    done += mass * share
                else:
                    after[now] = after.get(now, 0.0) + mass * share
        states = after
    return done


for p, rho, n in product((0.2, 0.8), (0.0, 0.6), (4, 9)):
    assert abs(declared(p, rho, n, 3, 5) - drawn(p, rho, n, 3, 5)) < 0.02  # eight standard errors of the witness
    same = event_recall(p, 1, stream_fps=1, event_length_s=n, correlation=rho, x_vote=3)
    assert abs(declared(p, rho, n, 3, 3) - same) < 1e-12  # X of X is X in a row
print(pd.DataFrame([{"rule": f"{x} of {y}", "recall (p=0.8)": declared(0.8, 0.3, 9, x, y), "false (q=0.2)": declared(0.2, 0.3, 9, x, y)}
                    for x, y in ((1, 1), (2, 2), (3, 3), (2, 3), (3, 4), (3, 5))]).round(3).to_string(index=False))  # fmt: skip
check("06.5", declared(0.2, 0.3, 9, 2, 3))
