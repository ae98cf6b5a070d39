"""The whole run: which stages are due, in turn or beside each other, and a summary that says what happened."""

import json
import time

from mainstream.data.jobs import pool, processes
from mainstream.errors import UserError
from mainstream.kit.pipeline import cache
from mainstream.kit.pipeline.execute import Outcome, StageFailed, clean, run_stage
from mainstream.kit.pipeline.parameters import INJECTED
from mainstream.kit.pipeline.project import Project, Stage, pick
from mainstream.paths import alone


def select(stages: list[Stage], only: str | None = None, start: str | None = None) -> list[Stage]:
    """The stages named by `--only 04,05`, and from `--from 05` on (UserError: unknown, with the nearest, or none)."""
    names = [s.name for s in stages]
    if only is not None:
        wanted = {pick(part.strip(), names) for part in only.split(",")}
        stages = [s for s in stages if s.name in wanted]
    if start is not None:
        first = names.index(pick(start, names))
        stages = [s for s in stages if names.index(s.name) >= first]
        if not stages:
            raise UserError(f"--only {only} --from {start}: no stage is both")
    return stages


def run(
    project: Project,
    profile: str,
    *,
    only: str | None = None,
    start: str | None = None,
    force: bool = False,
    overrides: list[str] | None = None,
    verbose: bool = False,
) -> list[Outcome]:
    """Runs what is due and writes the report; a stage that is fresh is not run again.

    A stage that fails does not stop the others, save those that need it. Everything is checked before anything runs.
    """
    stages, results = select(project.stages(profile, overrides), only, start), project.results(profile)
    from mainstream.kit.pipeline.report import gather, write_page

    lock = results.with_name(f".{results.name}.lock")
    with alone(lock, f"profile '{profile}'", wait=False):
        clean(results)
        try:
            outcomes = _each(project, profile, stages, force, verbose)
        finally:
            clean(results)
        write_page(project, gather(project, profile, outcomes))
    return outcomes


def _each(project: Project, profile: str, stages: list[Stage], force: bool, verbose: bool) -> list[Outcome]:
    """What became of each stage. Those that are not `alone` come last, beside each other where there are cores.

    With one process (`--jobs 1`), or verbose: one after the other, as listed.
    """
    cores, waiting = 1 if verbose else processes(), list(stages)
    done: dict[str, Outcome] = {}
    while waiting:
        ready = [s for s in waiting if not {w.name for w in waiting}.intersection(s.needs)]
        due, turn = [], waiting[:1] if cores == 1 else [s for s in ready if s.alone][:1] or ready
        for stage in turn:
            waiting.remove(stage)
            if blocked := {o.stage for o in done.values() if o.result != "ok"}.intersection(stage.needs):
                done[stage.name] = Outcome(stage.name, 0.0, "–", f"skipped: {', '.join(sorted(blocked))} failed")
            elif not force and cache.is_fresh(project, stage, profile):
                done[stage.name] = Outcome(stage.name, 0.0, "cached", "ok")
            else:
                due.append((project, stage, profile, f"[{stages.index(stage) + 1}/{len(stages)}]"))
        outcomes = _beside(due, cores) if len(due) > 1 else [_ran(*work, verbose) for work in due]
        done |= {outcome.stage: outcome for outcome in outcomes}
    return [done[stage.name] for stage in stages]


def _beside(due: list[tuple[Project, Stage, str, str]], cores: int) -> list[Outcome]:
    """Each in a process that has its share of the cores."""
    n, killed = min(cores, len(due)), "the process of a stage was killed, probably out of memory; run again to continue"
    with pool(n, killed, threads=cores // n) as submit:
        return [future.result() for future in [submit(_ran, *work) for work in due]]


def _ran(project: Project, stage: Stage, profile: str, where: str, verbose: bool = False) -> Outcome:
    begin, state, result = time.perf_counter(), "fresh", "ok"
    try:
        run_stage(project, stage, profile, where=where, verbose=verbose)
    except StageFailed as e:
        state, result = "–", f"failed: {e} (kept: results/{profile}/{stage.name}.failed.ipynb)"
    return Outcome(stage.name, time.perf_counter() - begin, state, result)


def listing(stages: list[Stage]) -> str:
    """Stages with the parameters that they would run with, and the notebook's own where that is another."""
    lines = []
    for stage in stages:
        lines.append(stage.name)
        for name, default in stage.defaults.items():
            value = stage.parameters.get(name, default)
            changed = f"  (the notebook's own: {json.dumps(default)})" if value != default else ""
            lines += [] if name in INJECTED else [f"    {name}={json.dumps(value, ensure_ascii=False)}{changed}"]
    return "\n".join(lines)


def summary(outcomes: list[Outcome]) -> str:
    """The table at the end of a run."""
    width = max([len(o.stage) for o in outcomes], default=5)
    lines = [f"{'stage':<{width}}  seconds  state   outcome"]
    lines += [f"{o.stage:<{width}}  {o.seconds:7.1f}  {o.state:<6}  {o.result}" for o in outcomes]
    return "\n".join(lines)
