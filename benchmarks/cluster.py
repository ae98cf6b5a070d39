"""Fine-tuning on a Dask cluster of this machine: two workers over one, and what 1,000 applications on 100 would take.

Each worker is a process of one thread, as `dask worker --nthreads 1` starts it. Jobs (application × seed) are trained
at every split on stills of the synthetic world; processor time and bytes of a job are measured, the rest is arithmetic
(a gigabit per machine, processors like this one's). `--of results/default/01_finetune_every_split/packages` takes what
a finished run measured in place of a training, and does the arithmetic alone.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import psutil
from distributed import LocalCluster

from mainstream.data.footage import Footage
from mainstream.data.photos import Photos
from mainstream.data.rendered import world_footage
from mainstream.data.rendered_stills import world_photos
from mainstream.networks.base import load_base
from mainstream.package import MPackage
from mainstream.trainer import Settings, train
from mainstream.trainer.away import TASKS_EACH
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


def on_paper(job_s: float, sent: float, back: float) -> dict[str, Any]:
    """`JOBS` jobs on `WORKERS` workers: a job's seconds, bytes sent to each worker, bytes that a job gives back."""
    return {
        "hours": round(math.ceil(JOBS / WORKERS) * job_s / 3600, 2),
        "sent_gb": round(WORKERS * sent / 1e9, 1), "back_gb": round(JOBS * back / 1e9, 1),
        # to the scheduler, to a first worker, then from every holder to another one; or all from one
        "until_all_have_data_s": [round(n * sent / LINK, 1) for n in (2 + math.ceil(math.log2(WORKERS)), WORKERS)],
        "link_full_at_workers": round(LINK * job_s / back),
    }  # fmt: skip


def of_run(folder: Path, together: int) -> dict[str, Any]:
    """What a finished run's packages say of a job. together: jobs of a process, which share its frozen outputs."""
    packages = [MPackage.load(p.parent) for p in sorted(folder.rglob("mpackage.json"))]
    told = packages[0].training
    pictures = sum(told["photos"].values()) + told["video_frames"]
    sent = pictures * math.prod(packages[0].base.input_shape)
    back = sum(p.stat().st_size for p in folder.rglob("*.weights.h5")) / len(packages)
    log = pd.read_csv(folder / "training.csv")
    job_s, frozen_s = log.seconds.sum() / len(packages), together * log.stem_seconds.sum() / len(packages)
    task = max(1, JOBS // (TASKS_EACH * WORKERS))  # jobs that go to a worker as one
    return {
        "job_s": round(job_s, 1), "frozen_s": round(frozen_s, 1), "jobs_of_a_task": task,
        "sent_mb": round(sent / 1e6, 1), "back_mb_per_job": round(back / 1e6, 2),
        f"{JOBS}_jobs_on_{WORKERS}_workers": on_paper(job_s + frozen_s / task, sent, back),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--apps", type=int, default=2)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--stills", type=int, default=300)
    parser.add_argument("--footage", action="store_true", help="held-out video as well")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--of", type=Path, help="packages of a finished run: their arithmetic alone")
    parser.add_argument("--together", type=int, default=2, help="with --of: jobs of each of its processes")
    a = parser.parse_args()
    if a.of:
        print(json.dumps(of_run(a.of, a.together)))
        return
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
        f"{JOBS}_jobs_on_{WORKERS}_workers": on_paper(job_s, sent, back),
    }  # fmt: skip
    print(json.dumps(result))


if __name__ == "__main__":
    sys.exit(main())
