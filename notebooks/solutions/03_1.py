# With x = L·fps < 1 an event meets one analysed frame or none: one with probability x, as the phase is random. One look
# has nothing before it to be correlated with, so the event is found when it is looked at and hit: x·TPR.
scene = {"stream_fps": 15, "event_length_s": 0.5}
slow = np.array([0.1, 0.5, 1.0, 1.5, 1.9])
print("frames seen:", quality.frames_seen(slow, **scene))
for rho in (0.0, 0.5, 1.0):
    found = quality.event_recall(0.8, slow, correlation=rho, **scene)
    assert np.allclose(found, 0.8 * slow * 0.5)
    print(f"ρ = {rho}: Event-recall {found.round(4)}, divided by L·fps {(found / (0.5 * slow)).round(4)}")

# In the code: `declared_of` mixes two rows of a table, n = ⌊x⌋ = 0 and n = 1, with weights 1 − x and x. Row 0 is zero,
# row 1 is p·hit_hit⁰ = p for one vote. Two votes need a second look, and there is none.
two = quality.event_recall(0.8, slow, x_vote=2, **scene)
assert (two == 0).all()
print("two votes:", two)

# Beyond one look per event both come in: the correlation, and the second vote.
fast = np.array([2.0, 3.0, 4.0])
for rho in (0.0, 0.5, 1.0):
    print(f"at {fast} frames/s, ρ = {rho}:", quality.event_recall(0.8, fast, correlation=rho, **scene).round(4))
