"""results/reference/: the few small results that are committed, and REPRODUCTION.md, which is made from them."""

import json
import shutil
from pathlib import Path

from mainstream.errors import UserError
from mainstream.kit.pipeline import cache
from mainstream.kit.pipeline.claims import CLAIMS, PAGE, judged, load_claims, megabytes, page
from mainstream.kit.pipeline.project import Project
from mainstream.paths import write_text

KEPT = {
    "03_event_f1_model": ("model_error.csv", "predicted_and_counted.png"),
    "00_tour": ("tenants.png",),
    "05_headline": ("headline.csv", "headline_forms.csv", "headline_forms.png", "sweep_ratios.csv",
                    "recorded_costs.csv", "executed_tracks.csv", "executed.png", "executed_map.csv",
                    "executed_by_length_figure.png"),
    "06_x_voting": ("fixed_or_free.csv",),
}  # fmt: skip


def save_reference(project: Project, profile: str) -> list[Path]:
    """Copies the kept files of a run to results/reference/, with its provenance (UserError: a stage has not run)."""
    target = project.results("reference")
    target.mkdir(parents=True, exist_ok=True)
    copied, provenance = [], {}
    for stage, names in KEPT.items():
        directory = project.results(profile) / stage
        run = cache.read_run(directory)
        if run is None:
            raise UserError(f"{stage} has no result in profile '{profile}'; run it first")
        provenance[stage] = {
            k: run[k] for k in ("finished", "parameters", "seconds", "versions", "machine", "git", "key")
        }
        copied += [Path(shutil.copy(directory / name, target / name)) for name in names]
    copied += save_decisions(project, profile) + save_claims(project, profile)
    write_text(target / "provenance.json", json.dumps(provenance, indent=1, sort_keys=True) + "\n")
    return copied


def save_decisions(project: Project, profile: str) -> list[Path]:
    """Keeps what notebook 05 needs of 01 and 03 in results/reference/decisions/, so that it runs without training.

    Packages without weights, and what each application said about every recorded frame, without how sure it was. What
    is kept of other seeds stays; `study.trainings` takes it where it saw the same days.
    """
    from mainstream.study.replay import recording_name
    from mainstream.study.trainings import FINETUNED, RECORDED, load_trainings

    results, target = project.results(profile), project.results("reference") / "decisions"
    trained, counted = target / FINETUNED / "packages", target / RECORDED
    kept = []
    for training in load_trainings(results / FINETUNED, results / RECORDED, kept=None):
        for package in training.packages:
            bare = tuple(s.model_copy(update={"tail": None}) for s in package.splits)
            folder = trained / f"{package.application}-{training.seed}"
            kept.append(package.model_copy(update={"splits": bare}).save(folder))
        counted.mkdir(parents=True, exist_ok=True)
        kept.append(counted / recording_name(training.seed))
        training.recording.without_probabilities().save(kept[-1])
    return [*kept, Path(shutil.copy(results / RECORDED / "model_error.csv", counted))]


def save_claims(project: Project, profile: str) -> list[Path]:
    """Keeps the files that the claims rest on in results/reference/claims/, and writes REPRODUCTION.md from them."""
    results = project.results(profile)
    target = project.results("reference") / "claims"
    judged(project.root / CLAIMS, results)  # refuses what is missing or changed before anything is replaced
    shutil.rmtree(target, ignore_errors=True)
    kept = []
    for file in sorted({v.file for c in load_claims(project.root / CLAIMS) for v in c.numbers().values()}):
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        kept.append(Path(shutil.copy(results / file, target / file)))
    for stage in sorted(target.iterdir()):
        run = cache.read_run(results / stage.name) or {}
        about = {"seconds": run["seconds"], "megabytes": megabytes(results / stage.name)}
        write_text(stage / cache.RUN, json.dumps(about) + "\n")
    write_text(project.root / PAGE, page(judged(project.root / CLAIMS, target)))
    return [*kept, project.root / PAGE]
