"""The figures of notebook 05 about the later sweep: its own figures, other correlations."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from mainstream.study.figures.headline import rings
from mainstream.study.figures.look import label, lines, shared_legend, small_multiples
from mainstream.study.figures.output import Drawing

FORMS = ("as_published", "consistent")
PANELS = (("150", "f1"), ("300", "f1"), ("300", "recall"), ("300", "precision"))  # budget, part


def sweep_quality(quality_of: Mapping[tuple[str, str], pd.DataFrame]) -> Drawing:
    """The sweep's own figures in both forms, by (budget, form): `recomputed.sweep_quality`; rings: the record."""
    fig, axes = small_multiples(8, columns=4, size=(2.9, 2.8))
    for row, form in enumerate(FORMS):
        for ax, (budget, part) in zip(axes[4 * row :], PANELS, strict=False):
            rows = quality_of[budget, form].query("part == @part")
            lines(ax, rows, "n_apps", "ours")
            if form == "as_published":
                rings(ax, rows.set_index(["system", "n_apps"]).recorded)
            xlabel = "applications" if row else ""
            ax.set(title=f"budget {budget}, {label(form)}", xlabel=xlabel, ylabel=f"mean {label(part)}", ylim=(0, 1.02))
    shared_legend(fig, axes)
    whole = pd.concat(quality_of, names=["budget", "form"]).reset_index([0, 1])
    most = whole.n_apps.max()
    at = whole[(whole.budget == "300") & (whole.n_apps == most) & (whole.system == "no_sharing")]
    at = at.set_index(["form", "part"]).ours
    text = (
        "Every recorded mean is given back to {error:.0e}. At a budget of 300 and {n} applications No Sharing has "
        "recall {recall[as_published]:.3f} as published and {recall[consistent]:.3f} in consistent units, at "
        "precisions of {precision[as_published]:.2f} and {precision[consistent]:.2f}."
    )
    numbers = {"error": (whole.ours - whole.recorded)[whole.form == "as_published"].abs().max(), "n": most}
    parts = {part: {form: at[form, part] for form in FORMS} for part in ("recall", "precision")}
    return Drawing(fig, whole, "F1, recall and precision over the sweep", "published", text, numbers | parts)


def correlation_sweep(by_rho: pd.DataFrame) -> Drawing:
    """Mean F1 with independent, recorded and dependent looks, in both forms (form, dependence, system, n_apps, f1)."""
    dependences = list(by_rho.dependence.unique())
    fig, axes = small_multiples(2 * len(dependences), columns=len(dependences), size=(3.5, 2.8))
    panels = [(form, d) for form in FORMS for d in dependences]
    for ax, (form, dependence) in zip(axes, panels, strict=True):
        lines(ax, by_rho.query("form == @form and dependence == @dependence"), "n_apps", "f1")
        looks = f"{dependence} looks" if dependence != "as in the setups" else "ρ as in the setups"
        xlabel = "applications" if form == FORMS[-1] else ""
        ax.set(title=f"{looks}, {label(form)}", xlabel=xlabel, ylabel="mean Event-F1", ylim=(0, 1))
    shared_legend(fig, axes)
    at = by_rho[by_rho.n_apps == by_rho.n_apps.max()].groupby(["form", "dependence", "system"]).f1.mean().unstack()
    lead = at.mainstream - at[["no_sharing", "max_sharing"]].max(axis=1)
    said = {form: ", ".join(f"{lead[form, d]:+.3f} ({d})" for d in dependences) for form in FORMS}
    text = (
        "Mainstream's lead over the better baseline at {n} applications: as published {as_published}; in consistent "
        "units {consistent}."
    )
    numbers = {"n": by_rho.n_apps.max(), **said}
    return Drawing(fig, by_rho, "The choice under other correlations", "published", text, numbers)
