# False alarms per hour: the hour's empty windows, 3600·(1 − π) / L, times the chance R̃ that one of them is declared.
from mainstream.study import replay

wish, fps, tried = 1.0, float(max(reached)), np.arange(1, 31)
seen, hours = replay.looks([fps], recording)[fps], len(recording.clip) / recording.fps / 3600
rows = []
for p in own:
    s, e = max(p.splits, key=lambda s: s.video.tpr - s.video.fpr), p.events
    scene = {"stream_fps": recording.fps, "event_length_s": e.length_s, "correlation": s.video.correlation[0]}
    recall, false = (quality.event_recall(r, fps, x_vote=tried, **scene) for r in (s.video.tpr, s.video.fpr))
    per_hour = 3600 * (1 - e.frequency) / e.length_s * false
    assert (np.diff(per_hour) <= 1e-9).all()  # another vote never adds an alarm
    good = tried[per_hour <= wish]
    if not good.size:
        print(f"{p.application}: no X up to {tried[-1]} meets {wish:g} per hour")
    for x in (1, *good[:1]):
        counts = replay.count(recording, p.application, s.split, seen, int(x), window_s=e.length_s).sum(0)
        total, found, _, alarms = counts
        rows.append((p.application, s.layer, x, per_hour[x - 1], alarms / hours, recall[x - 1], found / total))
columns = ["app", "split", "X", "alarms/h, model", "alarms/h, counted", "recall, model", "recall, counted"]
print(pd.DataFrame(rows, columns=columns).round(3).to_string(index=False))

# What may be said after so little film? Where none was counted, up to three alarms might have been due (at 95%).
print(f"\n{hours:.2f} hours of film. No alarm in all of it would still allow {3 / hours:.0f} per hour; to be sure of "
      f"{wish:g} takes {3 / wish:.0f} hours without any.")  # fmt: skip
# Votes are not free: an event shorter than X looks cannot be found. And an X from the model is as good as its R̃: where
# alarms come in longer runs than a chain would have them, as from one thing that keeps looking like a cat, fewer of
# them are voted away than promised.
