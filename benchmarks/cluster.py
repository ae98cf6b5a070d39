"""Fine-tuning on a Dask cluster of this machine: two workers over one, and what 1,000 applications on 100 would take.

Each worker is a process of one thread, as `dask worker --nthreads 1` starts it. Jobs (application × seed) are trained
at every split on stills of the synthetic world; processor time and bytes of a job are measured, the rest is arithmetic
(a gigabit per machine, processors like this one's). `--stills 3000 --footage` is about the default profile's size.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psutil
from distributed import LocalCluster

from mainstream.data.footage import Footage
from mainstream.data.photos import Photos
from mainstream.data.rendered import world_footage
from mainstream.data.rendered_stills import world_photos
from mainstream.networks.base import load_base
from mainstream.trainer import Settings, train
from streetworld import APPS

LINK = 125e6  # bytes/s of a gigabit
JOBS, WORKERS = 1000 * 3, 100


class Run(NamedTuple):
    seconds: float  # from the first byte sent to the last package
    processor_s: float  # of the workers, TensorFlow's start included
    back: int  # bytes of checkpoints


def once(apps: list[str], seeds: list[int], photos: Photos, footage: Footage | None, workers: int) -> Run:
    """A training from nothing on so many workers, which are there before the clock starts."""
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0") as cluster,
        tempfile.TemporaryDirectory() as place,
    ):
        processes = [p for p in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(p.cmdline())]
        used = lambda: sum(sum(p.cpu_times()[:2]) for p in processes)
        before, begun = used(), time.perf_counter()
        train(
            apps, photos, load_base(), Path(place, "out"), settings=Settings.world(), seeds=seeds, footage=footage,
            dask=cluster.scheduler_address, checkpoints=Path(place, "checkpoints"),
        )  # fmt: skip
        seconds, processor_s = time.perf_counter() - begun, used() - before
        return Run(seconds, processor_s, sum(p.stat().st_size for p in Path(place).glob("checkpoints/*/*/*")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--apps", type=int, default=2)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--stills", type=int, default=300)
    parser.add_argument("--footage", action="store_true", help="held-out video as well")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    a = parser.parse_args()
    apps, jobs = list(APPS[: a.apps]), a.apps * len(a.seeds)
    photos = world_photos(apps, train=a.stills, val=a.stills // 4, test=a.stills * 2 // 5)
    footage = world_footage(apps) if a.footage else None
    sent = photos.images.nbytes + (footage.images.nbytes if footage else 0)
    runs = {n: once(apps, a.seeds, photos, footage, n) for n in a.workers}
    job_s, back = runs[a.workers[0]].processor_s / jobs, runs[a.workers[0]].back / jobs
    result = {
        "jobs": jobs, "stills": len(photos),
        "seconds": {str(n): round(run.seconds, 1) for n, run in runs.items()},
        "speed_up": round(runs[a.workers[0]].seconds / runs[a.workers[-1]].seconds, 2),
        "load": psutil.getloadavg()[0], "cores": psutil.cpu_count(),
        "job_processor_s": round(job_s, 1), "sent_mb": round(sent / 1e6, 1), "back_mb_per_job": round(back / 1e6, 2),
        f"{JOBS}_jobs_on_{WORKERS}_workers": {
            "hours": round(math.ceil(JOBS / WORKERS) * job_s / 3600, 2),
            "sent_gb": round(WORKERS * sent / 1e9, 1), "back_gb": round(JOBS * back / 1e9, 1),
            # to the scheduler, to a first worker, then from every holder to another one; or all from one
            "until_all_have_data_s": [round(n * sent / LINK, 1) for n in (2 + math.ceil(math.log2(WORKERS)), WORKERS)],
            "link_full_at_workers": round(LINK * job_s / back),
        },
    }  # fmt: skip
    print(json.dumps(result))


if __name__ == "__main__":
    sys.exit(main())
