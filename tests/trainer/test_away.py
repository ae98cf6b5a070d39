"""Training on a Dask cluster of real processes, with a worker and a scheduler that are killed half-way.

A task by itself, without a cluster: `test_training`.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import clusters
import pytest
from study.test_trainings import training
from trainer.test_training import base, files, finished, footage, here, photos, squares  # noqa: F401  (fixtures)

from mainstream.data import jobs
from mainstream.data.photos import Photos
from mainstream.errors import UserError
from mainstream.networks.base import BaseNetwork
from mainstream.runner.devices import nuc_2017
from mainstream.study import experiments, published
from mainstream.study.trainings import over_lengths
from mainstream.trainer import away, run


def test_what_was_finished_comes_back_before_the_complaint(tmp_path):
    made = away.Made({"box-seed0/split_081.json": b"{}"}, UserError("the loss is not finite"))
    with pytest.raises(UserError, match="not finite"):
        away.brought(made, tmp_path)
    assert (tmp_path / "box-seed0" / "split_081.json").read_bytes() == b"{}"


def test_nobody_there_is_one_line(tmp_path, base, photos, monkeypatch):  # noqa: F811
    pytest.importorskip("distributed")
    monkeypatch.setattr(jobs, "WAIT_S", 0.5)
    with pytest.raises(UserError, match=r"^--dask tcp://127.0.0.1:9: no scheduler answers there; [^\n]+$"):
        run.train(["box"], photos, base, tmp_path / "out", checkpoints=tmp_path / "ck", dask="tcp://127.0.0.1:9")


def when(condition: Callable[[], bool], act: Callable[[], None]) -> threading.Thread:
    """Does something as soon as something is so."""
    thread = threading.Thread(target=lambda: (clusters.until(condition), act()), daemon=True)
    thread.start()
    return thread


@pytest.fixture(scope="module")
def four(tmp_path_factory, base: BaseNetwork, photos: Photos, footage) -> Path:  # noqa: F811
    """Two applications from two seeds, trained here."""
    place = tmp_path_factory.mktemp("four")
    squares(place, base, photos, footage, seeds=[0, 1], jobs=2)
    return place


@pytest.mark.slow
def test_two_workers_of_which_one_is_killed_train_the_same_to_the_byte(
    tmp_path, four, base, photos, footage, capfd  # noqa: F811
):  # fmt: skip
    with clusters.started(tmp_path, 2) as cluster:
        killed = when(lambda: len(finished(tmp_path)) >= 4, lambda: cluster.at_work(0).kill())
        squares(tmp_path, base, photos, footage, seeds=[0, 1], dask=cluster.address)
        killed.join()
        assert all(process.poll() is None for process in cluster.workers), "they start another worker"
    for part in ("ck", "packages"):
        assert files(tmp_path / part) == files(four / part)
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.slow
def test_workers_on_two_hosts_train_the_same_to_the_byte(tmp_path, four, base, photos, footage):  # noqa: F811
    if os.geteuid() or not shutil.which("ip"):
        pytest.skip("hosts are network namespaces here: root makes them, with ip")
    from distributed import Client

    with (
        clusters.hosts(2) as names,
        clusters.started(tmp_path, 2, host="10.213.7.1", inside=names) as cluster,
        Client(cluster.address, set_as_default=False) as client,
    ):
        squares(tmp_path, base, photos, footage, seeds=[0, 1], dask=cluster.address)
        done = client.run(lambda dask_worker: dask_worker.state.executed_count)
    assert sorted(worker.rpartition(":")[0] for worker in done) == ["tcp://10.213.7.2", "tcp://10.213.7.3"]
    assert min(done.values()) > 0, "both of them trained"
    for part in ("ck", "packages"):
        assert files(tmp_path / part) == files(four / part)


@pytest.mark.slow
def test_when_the_scheduler_is_killed_what_was_finished_is_kept(
    tmp_path, four, base, photos, footage, here  # noqa: F811
):  # fmt: skip
    with clusters.started(tmp_path, 1) as cluster:
        killed = when(lambda: len(finished(tmp_path)) >= 4, cluster.scheduler.kill)
        with pytest.raises(
            UserError, match=r"the scheduler has gone, or [^\n]*; what was finished is kept: run again$"
        ):
            squares(tmp_path, base, photos, footage, seeds=[0, 1], dask=cluster.address)
        killed.join()
    before = finished(tmp_path)
    assert 4 <= len(before) < 16 and not list(tmp_path.glob("packages/*"))
    squares(tmp_path, base, photos, footage, seeds=[0, 1])
    assert {p: finished(tmp_path)[p] for p in before} == before, "nothing was trained twice"
    for part in ("ck", "packages"):
        assert files(tmp_path / part) == files(four / part)


@pytest.mark.slow
def test_sweep_replay_and_executed_ratios_on_two_workers_are_the_same_and_the_dashboard_is_named(
    tmp_path, monkeypatch, capfd
):
    recorded, made = published.table("sweep_7apps_schedules").query("n_apps == 2").head(4), [training(0), training(1)]

    def tables() -> list[str]:
        sweep = experiments.rederive_sweep([1, 2], setups=2)
        assert len(sweep) == 16
        replayed = experiments.replay_recorded_schedules(recorded)
        return [t.to_csv() for t in (sweep, replayed, over_lengths(made, [2, 4], [1, 2], nuc_2017()))]

    with clusters.started(tmp_path, 2) as cluster:
        monkeypatch.setenv(jobs.DASK, cluster.address)
        there = tables()
    monkeypatch.delenv(jobs.DASK)
    monkeypatch.setenv(jobs.JOBS, "1")
    assert there == tables()
    assert f"workers at {cluster.address}: 2; watch them at http://" in capfd.readouterr().err


@pytest.mark.slow
def test_workers_of_several_threads_are_refused(tmp_path):
    with (
        clusters.started(tmp_path, 1, "--nthreads", "2") as cluster,
        pytest.raises(UserError, match="--nthreads 1"),
        jobs.cluster(cluster.address),
    ):
        pass
