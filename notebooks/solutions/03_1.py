# Half a second at two and a half looks per second: x = 1.25 looks on average, one for certain and a second in a quarter
# of the cases. One look finds R₁ = p = 0.8; of two, the second hits after a miss with p(1 − ρ) = 0.4 only, so
# R₂ = 1 − 0.2·0.6 = 0.88. Together 0.75·0.8 + 0.25·0.88.
by_pencil = 0.75 * 0.8 + 0.25 * (1 - 0.2 * (1 - 0.8 * 0.5))
assert np.isclose(by_pencil, event_recall(0.8, 2.5 * 0.5, 0.5))
check("03.1", by_pencil)

# At one look per second half of the events are met once and the others never. One look has nothing before it to be
# correlated with, so ρ does not matter up to x = 1: Event-recall is x·p.
for dependent in (0.0, 0.5, 1.0):
    few, more = event_recall(0.8, 1 * 0.5, dependent), event_recall(0.8, 2.5 * 0.5, dependent)
    print(f"ρ = {dependent}: Event-recall {few:.3f} at one look per second, {more:.3f} at two and a half")
    assert np.isclose(few, 0.5 * 0.8)
# Two votes find nothing there: they need a second look, and there is none.
print("two votes:", quality.event_recall(0.8, 1.0, x_vote=2, stream_fps=15, event_length_s=0.5))
