# Measure ResNet-50 as the notebook measured its own network, and draw both against the share of layers passed.
import matplotlib.pyplot as plt

other = "resnet50"
deeper = with_head(bases.build(other, size))
passed = {
    name: {p.index: 100 * p.fraction for p in split_points(m)}
    for name, m in ((architecture, application), (other, deeper))
}
some = [p.name for p in split_points(deeper)][::4]  # every fourth split point shows the shape
how_other = bases.ARCHITECTURES[other][2]
rest = segment_costs(deeper, some, threads=threads, repeats=max(repeats // 4, 5), preprocessing=how_other)
rest["stem_share"] = rest.stem_ms / rest.segment_ms.sum()

fig, ax = plt.subplots()
for name, part in ((architecture, latency), (other, rest)):
    x, y = part["index"].map(passed[name]), 100 * part.stem_share
    ax.plot(x, y, "o-", ms=4, label=f"{name} ({part.segment_ms.sum():.1f} ms)")
    print(f"{name}: half of the layers passed, {np.interp(50, x, y):.0f}% of the time spent")
ax.plot([0, 100], [0, 100], ":", color="0.6")
ax.set(
    xlabel="layers passed (%)", ylabel="time spent below (%)", title=f"Above the dotted line: dear early ({size} px)"
)
ax.legend()
plt.show()
# What is spent early is won by the first few shared layers; what is spent late is won only by those who share nearly
# everything. The shape belongs to network, image size and machine together: compare the table "Cost of the stem" above.
