"""results/reference/: the few small results that are committed, and REPRODUCTION.md, which is made from them."""

import json
import shutil
from pathlib import Path

from mainstream.kit.pipeline import cache
from mainstream.kit.pipeline.claims import CLAIMS, PAGE, judged, load_claims, megabytes, page
from mainstream.kit.pipeline.project import Project
from mainstream.paths import write_text

KEPT = (  # pictures of the README, and tables that no claim names
    "00_tour/tenants.png", "05_headline/executed_by_length_figure.png", "05_headline/recorded_costs.csv",
    "05_headline/executed_tracks.csv",
)  # fmt: skip
SAID = ("finished", "parameters", "seconds", "versions", "machine", "git", "key")  # of a kept stage's run


def save_reference(project: Project, profile: str) -> list[Path]:
    """Keeps what claims, README and notebook 05 rest on. Raises `UserError`: a stage has not run, or was changed."""
    return save_decisions(project, profile) + save_claims(project, profile)


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
    """Keeps the files that claims and README rest on in results/reference/claims/, with what is known of the runs that
    made them, and writes REPRODUCTION.md from them."""
    results = project.results(profile)
    target = project.results("reference") / "claims"
    judged(project.root / CLAIMS, results)  # refuses what is missing or changed before anything is replaced
    shutil.rmtree(target, ignore_errors=True)
    kept = []
    named = {v.file for c in load_claims(project.root / CLAIMS) for v in c.numbers().values()}
    for file in sorted({*named, *KEPT}):
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        kept.append(Path(shutil.copy(results / file, target / file)))
    for stage in sorted(target.iterdir()):
        run = cache.read_run(results / stage.name) or {}
        about = {**{k: run[k] for k in SAID}, "megabytes": megabytes(results / stage.name)}
        write_text(stage / cache.RUN, json.dumps(about, indent=1) + "\n")
    write_text(project.root / PAGE, page(judged(project.root / CLAIMS, target)))
    return [*kept, project.root / PAGE]
