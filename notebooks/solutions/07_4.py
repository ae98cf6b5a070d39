# `on_frame` hears of decisions, not of detections: a `Voter` per application counts them as the runner does. Whoever has
# found enough is left out of the next `update`. A plan needs somebody, so the last one stays.
# Where the budget was not short, the others do not need what becomes free: compare the rows of the last table.
from mainstream.runner.voting import Voter

enough = 3 if seconds >= 60 else 1  # a short stream has few events
found, voters, left = {}, {}, []


def count_and_leave(frame, decisions):
    for d in decisions:
        voter = voters.setdefault(d.app, Voter(d.app, units_of()[d.app]["x_vote"]))
        found[d.app] = found.get(d.app, 0) + (voter.see(d.time_s, d.probability, d.positive) is not None)
    going = [app for app in going_on.packages if found.get(app, 0) >= enough]
    staying = {app: p for app, p in going_on.packages.items() if app not in going}
    if going and staying:
        left.extend({"app": app, "left at, s": frame.time_s, "events found": found[app]} for app in going)
        going_on.update(packages=staying, wait=True)
        voters.clear()  # a new plan may ask for other votes


units_of = lambda: going_on.current.as_row(0.0)["apps"]
going_on = Runner(base, {app: trained[app] for app in joins}, nuc, stream_fps=world.fps, on_frame=count_and_leave)
minute = World(camera, seed, seconds=min(seconds, 60.0), split="test", width=size, height=size)
story = going_on.run(WorldSource(minute), Virtual())
print(f"{len(left)} of {len(joins)} applications left; {len(story.plans)} plans in {story.stream_s:.0f} s")
assert len(story.plans) >= 1 + bool(left) and story.plans[-1]["apps"]  # somebody always stays
display(pd.DataFrame(left or [{"app": "nobody had found enough"}]))
looks_of = lambda p: {app: unit["fps"] for app, unit in p["apps"].items()}
pd.DataFrame([{"since, s": p["since_s"], **looks_of(p)} for p in story.plans]).fillna(0)
