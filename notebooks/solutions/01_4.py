# Every school bus is a bus: `bus` has to know an outline in any paint, `schoolbus` one of them. Both climb the same two
# steps; each computes the frozen outputs anew here, which M-Trainer would share between them.
pair = ["bus", "schoolbus"]
street = world_photos(pair, train=min(stills[0] // 2, 2000), val=stills[1], test=stills[2], size=size)
theirs = {p: street.part(p) for p in ("train", "val", "test")}
steps = [p for p in reversed(places) if p.name in ("pooled features", "conv_pw_11")]
for name in pair:
    head, more = climb(theirs, name, steps).itertuples()
    low = more.accuracy - head.accuracy - np.hypot(more.accuracy - more.low, head.high - head.accuracy)
    high = more.accuracy - head.accuracy + np.hypot(more.high - more.accuracy, head.accuracy - head.low)
    print(
        f"{name}: last layer alone {head.accuracy:.3f}, all above {more.layer} {more.accuracy:.3f}; "
        f"gain {more.accuracy - head.accuracy:+.3f} (95%: {low:+.3f} to {high:+.3f})"
    )
# A gain of exactly zero means that no step was better on validation than the last layer as solved, so that one was kept.
# The interval joins two as if they came from different stills; they come from the same, so it is wider than need be.
