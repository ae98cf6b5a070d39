# Waiting joins what belongs together, and tells of it later: an alarm is over only when `quiet_s` have passed.
def alarms(detections, quiet_s):
    """Spans (start_s, end_s) of detections, those less than `quiet_s` apart made one."""
    joined = []
    for d in sorted(detections, key=lambda d: d.start_s):
        if joined and d.start_s - joined[-1][1] < quiet_s:
            joined[-1] = (joined[-1][0], max(joined[-1][1], d.end_s))
        else:
            joined.append((d.start_s, d.end_s))
    return joined


meets = lambda span, events: any(span[0] < b and span[1] >= a for a, b in events)
mine_alone = [d for d in report.detections if d.app == app]
rows = []
for quiet in (0.0, 1.0, 3.0):
    told = alarms(mine_alone, quiet)
    right = sum(meets(span, seen[app]) for span in told)
    met = sum(any(meets(span, [event]) for span in told) for event in seen[app])
    rows.append({"quiet_s": quiet, "alarms": len(told), "right": right, "events": len(seen[app]), "events_met": met})
told = pd.DataFrame(rows)
assert told.alarms.is_monotonic_decreasing  # joining never makes more of them
assert told.events_met.is_monotonic_increasing  # and what was met stays met
told
