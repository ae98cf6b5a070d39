# The stem runs up to point 33 for both, at the faster rate; from 33 to 63 for the second alone, at its own; then the tails.
# A second look of the second application is cheap: up to 33 the stem runs twice a second anyway. It pays for the segments
# between 33 and 63 once more, and for its tail.
stem_at = dict(zip(example.device.split, example.device.stem, strict=True))
tail_at = dict(zip(example.device.split, example.device.tail, strict=True))
alone = stem_at[63] - stem_at[33]  # what only the second needs
by_hand_ = 2 * stem_at[33] + 1 * alone + 2 * tail_at[33] + 1 * tail_at[63]

at = example.device.split.index  # and by the function of the lesson, which numbers the points 0, 1, 2 …
by_price = price([(at(33), 2), (at(63), 1)])
more = price([(at(33), 2), (at(63), 2)]) - by_price
print(f"the plan costs {by_hand_:.2f} units/s, by the function {by_price:.2f}; two looks for both cost {more:.2f} more,")
print(f"of which {alone:.2f} is stem and {tail_at[63]:.2f} tail")
assert abs(by_hand_ - by_price) < 1e-9 and abs(more - alone - tail_at[63]) < 1e-9
check("04.1", by_hand_)
