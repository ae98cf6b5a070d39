# In a process of its own, as the one here holds memory that was freed and is used again. What everybody needs (Python,
# TensorFlow, the engine) is there before the first reading, so the slope counts: megabytes per further application. An
# engine keeps weights in a layout of its own and makes room for the features inside, so it may need several times the
# weights; how many depends on the network: the smaller it is, the more of it is everything else.
import json
import subprocess
import sys

probe = """
import json, sys
import numpy as np
import psutil
from mainstream.networks.base import build
from mainstream.networks.engines import compiler
from mainstream.networks.splits import cut, with_head
name, size, middle, n = sys.argv[1], *map(int, sys.argv[2:])
model, kept, found = with_head(build(name, size)), [], []
for split in (0, middle):
    tail = cut(model, split)[1]
    for copies in (1, n):
        make = compiler(tail, threads=1)
        kept += [make() for _ in range(copies)]
        for run in kept[-copies:]:
            run(np.zeros((1, *tail.input_shape[1:]), "float32"))
        found.append(psutil.Process().memory_info().rss / 1e6)
print(json.dumps(found))
"""
middle, n = len(tables[first]) // 2, 16
command = [sys.executable, "-c", probe, first, str(backbones[first]), str(middle), str(n)]
found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
rows = []
for k, split in enumerate((0, middle)):
    slope, counted = (found[2 * k + 1] - found[2 * k]) / n, tables[first].tail_mb[split]
    rows.append({"split": tables[first].layer[split], "with one (MB)": found[2 * k], "each further": slope,
                 "weights counted": counted, "times": slope / counted})  # fmt: skip
pd.DataFrame(rows).round(2)
