"""results/reference/: the few small results that are committed, and the README's table made from them."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

from mainstream.errors import UserError
from mainstream.kit.pipeline import cache
from mainstream.kit.pipeline.project import Project

KEPT = {
    "03_event_f1_model": ("model_error.csv", "predicted_and_counted.png"),
    "05_headline": (
        "headline.csv",
        "headline_forms.csv",
        "headline_forms.png",
        "sweep_ratios.csv",
        "recorded_costs.csv",
        "executed_tracks.csv",
        "executed.png",
        "ratio_map.csv",
    ),
    "06_x_voting": ("fixed_or_free.csv",),
}
SHOWN = (("28X", "no_sharing", 32), ("71%", "max_sharing", 2))


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
    copied += save_decisions(project, profile)
    (target / "provenance.json").write_text(json.dumps(provenance, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return copied


def save_decisions(project: Project, profile: str) -> list[Path]:
    """Keeps what notebook 05 needs of 01 and 03 in results/reference/decisions/, so that it runs without training.

    Packages without weights, and what each application said about every recorded frame, without how sure it was.
    """
    from mainstream.study.curves import load_packages
    from mainstream.study.replay import Recording

    results, target = project.results(profile), project.results("reference") / "decisions"
    shutil.rmtree(target, ignore_errors=True)
    trained, counted = target / "01_finetune_every_split" / "packages", target / "03_event_f1_model"
    kept = []
    for package in load_packages(results / "01_finetune_every_split" / "packages"):
        bare = tuple(s.model_copy(update={"tail": None}) for s in package.splits)
        name = f"{package.application}-{package.training.get('seed', 0)}"
        kept.append(package.model_copy(update={"splits": bare}).save(trained / name))
    counted.mkdir(parents=True)
    Recording.load(results / "03_event_f1_model" / "recording.npz").without_probabilities().save(
        counted / "recording.npz"
    )
    shutil.copy(results / "03_event_f1_model" / "model_error.csv", counted)
    return [*kept, *counted.iterdir()]


def readme_table(reference: Path) -> str:
    """The README's table, from results/reference/headline.csv and sweep_ratios.csv."""
    headline = {int(r["n_apps"]): r for r in _rows(reference / "headline.csv")}
    sweep = {(r["view"], int(r["n_apps"])): r for r in _rows(reference / "sweep_ratios.csv")}
    lines = [
        "| claim | recorded | one stream rate | units consistent | scheduled anew (optimal) |",
        "|---|---|---|---|---|",
    ]
    for claim, base, n in SHOWN:
        row = headline[n]
        steps = ("recorded", "1 one stream", "2 consistent units", "3 optimal")
        values = " | ".join(f"{float(row[f'{base}: {step}']):.2f}" for step in steps)
        lines.append(f"| {claim}: over {base.replace('_', ' ')}, {n} applications | {values} |")
    for claim, base, n in (("87X", "no_sharing", 25), ("47%", "max_sharing", 2)):
        got = [f"{float(sweep[view, n][f'over {base}']):.2f}" for view in ("recorded", "consistent", "ours, optimal")]
        lines.append(
            f"| {claim}: over {base.replace('_', ' ')}, {n} applications | {got[0]} | – | {got[1]} | {got[2]} |"
        )
    return "\n".join(lines)


def executed_table(reference: Path) -> str:
    """The README's second table, from executed_tracks.csv: the optimal schedule over each baseline."""
    lines = [
        "| applications | Event-F1, executed | the model says | over No Sharing | over Max Sharing |",
        "|---|---|---|---|---|",
    ]
    for row in _rows(reference / "executed_tracks.csv"):
        if row["system"] != "optimal":
            continue
        value = {k: float(v) for k, v in row.items() if k != "system"}
        over = [
            f"{value[f'over_{base}']:.2f} [{value[f'over_{base}_low']:.2f}, {value[f'over_{base}_high']:.2f}]"
            for base in ("no_sharing", "max_sharing")
        ]
        lines.append(f"| {row['n_apps']} | {value['executed']:.3f} | {value['model']:.3f} | {over[0]} | {over[1]} |")
    return "\n".join(lines)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
