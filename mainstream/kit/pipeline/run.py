"""The whole run: which stages are due, each in turn, and a summary that says what happened."""

from __future__ import annotations

import json
import time

from mainstream.kit.pipeline import cache
from mainstream.kit.pipeline.execute import StageFailed, clean, run_stage
from mainstream.kit.pipeline.parameters import INJECTED
from mainstream.kit.pipeline.project import Outcome, Project, Stage, pick
from mainstream.paths import alone


def select(stages: list[Stage], only: str | None = None, start: str | None = None) -> list[Stage]:
    """The stages named by `--only 04,05` or from `--from 05` on (UserError: unknown, with the nearest)."""
    names = [s.name for s in stages]
    if only:
        wanted = {pick(part.strip(), names) for part in only.split(",")}
        stages = [s for s in stages if s.name in wanted]
    if start:
        first = names.index(pick(start, names))
        stages = [s for s in stages if names.index(s.name) >= first]
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
        outcomes = _each(project, profile, stages, force, verbose)
        write_page(project, gather(project, profile, outcomes))
    return outcomes


def _each(project: Project, profile: str, stages: list[Stage], force: bool, verbose: bool) -> list[Outcome]:
    """The stages one after the other; what became of each."""
    outcomes: list[Outcome] = []
    for i, stage in enumerate(stages, 1):
        begin, state, result = time.perf_counter(), "–", "ok"
        if blocked := {o.stage for o in outcomes if o.result != "ok"}.intersection(stage.needs):
            result = f"skipped: {', '.join(sorted(blocked))} failed"
        elif not force and cache.is_fresh(project, stage, profile):
            state = "cached"
        else:
            try:
                run_stage(project, stage, profile, where=f"[{i}/{len(stages)}]", verbose=verbose)
                state = "fresh"
            except StageFailed as e:
                result = f"failed: {e} (kept: results/{profile}/{stage.name}.failed.ipynb)"
        outcomes.append(Outcome(stage.name, time.perf_counter() - begin, state, result))
    return outcomes


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
