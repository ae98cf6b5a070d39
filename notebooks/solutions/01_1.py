# The bars of the record that end left of 0.05: what specialising would gain is what the last layer alone gives up.
recorded = won[won.track == "published"].set_index("app").gain.sort_values()
content = recorded[recorded <= 0.05]
print(f"{len(content)} of {len(recorded)}: {', '.join(content.index)}")
# It leaves out how often each can look once it shares, how long its events are, and who the neighbours are: a user
# misses events, not frames. And the record has no intervals: a bar that ends at 0.048 may be one that ends at 0.055.
check("01.1", len(content))
