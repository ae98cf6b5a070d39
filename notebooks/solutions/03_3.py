# A look repeats the last outcome (ρ₁), the one before (ρ₂), or is drawn afresh. Neighbouring looks then correlate by
# r = ρ₁ / (1 − ρ₂); looks two apart by ρ₁·r + ρ₂, where a chain has r². The model is told p and r: all that it takes.
def recall_with_memory(p, looks, rho1, rho2, windows=40_000, seed=0):
    """Share of events found in `looks` looks by one vote, and its standard error."""
    rng = np.random.default_rng(seed)
    last = before = found = None
    for i in range(looks):
        fresh = rng.random(windows) < p
        draw = rng.random(windows)
        if i == 0:
            now = fresh
        elif i == 1:  # as if the process had been going on for long: the second look repeats with probability r
            now = np.where(draw < rho1 / (1 - rho2), last, fresh)
        else:
            now = np.where(draw < rho1, last, np.where(draw < rho1 + rho2, before, fresh))
        last, before, found = now, last, now if found is None else found | now
    return found.mean(), np.sqrt(found.mean() * (1 - found.mean()) / windows)


p, looks, r = 0.5, 8, 0.5
model = float(quality.event_recall(p, looks, stream_fps=15, event_length_s=1.0, correlation=r))
rows = []
for rho2 in (0.0, 0.2, 0.4, 0.6, 0.8):
    seen, error = recall_with_memory(p, looks, r * (1 - rho2), rho2)  # ρ₁ such that r stays what it is
    two_apart = r * (1 - rho2) * r + rho2
    rows.append((rho2, two_apart, r**2, seen, error, model, model - seen))
drift = pd.DataFrame(rows, columns=["ρ₂", "ρ two apart", "a chain's", "simulated", "± ", "model", "drift"])
print(f"TPR {p}, {looks} looks, neighbours correlate by {r}\n{drift.round(4).to_string(index=False)}")
assert abs(drift.drift[0]) < 5 * drift["± "][0]  # without ρ₂ it is the model's own chain
assert drift.drift.iloc[-1] > 5 * drift["± "].iloc[-1]  # and with much of it, it is not
# Longer memory makes further looks repeat more of what is known; the model, which forgets sooner, promises too much.
