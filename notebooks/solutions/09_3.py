# Short events must be looked for often, or they fall between two looks; long ones give time for votes.
rows = []
for length in (0.5, mine.events.length_s, 10.0):
    said = mine.model_copy(update={"events": mine.events.model_copy(update={"length_s": length})})
    asked, answer = plan({**packages, app: said}, nuc, budget=budget, stream_fps=stream_fps)
    unit = next(u for u in answer.units if u.app == app)
    member = next(m for m in asked if m.app == app)
    rows.append({
        "length_s": length, "layer": member.layer, "fps": member.fps, "x_vote": member.x_vote,
        "looks_per_event": length * member.fps, "recall": unit.recall, "precision": unit.precision, "f1": unit.f1,
    })  # fmt: skip
lengths = pd.DataFrame(rows)
# A wrong length costs twice: the plan fits other events than those that come, and the F1 promised is not theirs.
print(f"'{app}' was measured at {mine.events.length_s:.2f} s on this video")
lengths.round(3)
