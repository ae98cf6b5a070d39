# One byte instead of four shrinks weights and features alike, so a limit holds four times as many, and a few more: the
# remainder that was too small for one more application is divided as well. Features at four bytes are there once per
# split, not once per application, so they matter only where stem and tails are small beside them: at shallow splits.
rows = []
for name, model in models.items():
    narrow = memory.by_split(model, bytes_per_number=1)
    mixed = narrow.assign(handed_mb=tables[name].handed_mb)  # weights of one byte, features of four
    middle = len(narrow) // 2
    fit = [int(memory.fits(t, limit_mb)[middle]) for t in (tables[name], narrow, mixed)]
    lost = 1 - memory.fits(mixed, limit_mb) / memory.fits(narrow, limit_mb).clip(lower=1)
    matters = narrow.layer[lost > 0.01]
    rows.append({"network": name, "four bytes": fit[0], "one byte": fit[1], "times": fit[1] / max(fit[0], 1), "features at four": fit[2],
                 "more than 1% fewer up to": matters.iloc[-1] if len(matters) else "nowhere"})  # fmt: skip
    assert (memory.fits(narrow, limit_mb) >= 4 * memory.fits(tables[name], limit_mb)).all()
pd.DataFrame(rows).round(2)
