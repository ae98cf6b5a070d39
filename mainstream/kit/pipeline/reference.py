"""results/reference/: the few small results that are committed, and the README's tables made from them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from mainstream.errors import UserError
from mainstream.kit.pipeline import cache
from mainstream.kit.pipeline.project import Project
from mainstream.paths import write_text

KEPT = {
    "03_event_f1_model": ("model_error.csv", "predicted_and_counted.png"),
    "05_headline": ("headline.csv", "headline_forms.csv", "headline_forms.png", "sweep_ratios.csv",
                    "recorded_costs.csv", "executed_tracks.csv", "executed.png", "executed_by_length.csv",
                    "executed_by_length_figure.png", "ratio_map.csv"),
    "06_x_voting": ("fixed_or_free.csv",),
}  # fmt: skip
SHOWN = (("28X", "no_sharing", 32), ("71%", "max_sharing", 2))
LATER = (("87X", "no_sharing", 25), ("47%", "max_sharing", 2))  # of the later sweep, which has no step "one stream"


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
    write_text(target / "provenance.json", json.dumps(provenance, indent=1, sort_keys=True) + "\n")
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


def readme_table(results: Path) -> pd.DataFrame:
    """The README's table, as text, from headline.csv and sweep_ratios.csv."""
    headline: Any = pd.read_csv(results / "headline.csv", index_col="n_apps")
    sweep: Any = pd.read_csv(results / "sweep_ratios.csv").set_index(["view", "n_apps"])
    steps, views = (
        ("recorded", "1 one stream", "2 consistent units", "3 optimal"),
        ("recorded", "consistent", "ours, optimal"),
    )
    ratios = [[headline.at[n, f"{base}: {step}"] for step in steps] for _, base, n in SHOWN]
    ratios += [[sweep.at[(view, n), f"over {base}"] for view in views] for _, base, n in LATER]
    rows = [[f"{ratio:.2f}" for ratio in row] for row in ratios]
    for row in rows[len(SHOWN) :]:
        row.insert(1, "–")
    claims = [f"{claim}: over {base.replace('_', ' ')}, {n} applications" for claim, base, n in SHOWN + LATER]
    table = pd.DataFrame(rows, columns=["recorded", "one stream rate", "units consistent", "scheduled anew (optimal)"])
    table.insert(0, "claim", claims)
    return table


def executed_table(results: Path) -> pd.DataFrame:
    """The README's second table, as text, from executed_tracks.csv: the optimal schedule over each baseline."""
    rows: Any = pd.read_csv(results / "executed_tracks.csv").query("system == 'optimal'").to_dict("records")
    over = "{over_%s:.2f} [{over_%s_low:.2f}, {over_%s_high:.2f}]"
    columns = {
        "applications": "{n_apps}", "Event-F1, executed": "{executed:.3f}", "the model says": "{model:.3f}",
        "over No Sharing": over.replace("%s", "no_sharing"), "over Max Sharing": over.replace("%s", "max_sharing"),
    }  # fmt: skip
    return pd.DataFrame([{name: text.format(**row) for name, text in columns.items()} for row in rows])


def markdown(table: pd.DataFrame) -> str:
    """A table of texts as Markdown."""
    head, *rows = (f"| {' | '.join(line)} |" for line in [table.columns, *table.to_numpy()])
    return "\n".join([head, "|" + "---|" * len(table.columns), *rows])
