"""The figures of notebook 05 about the record: the headline, what corrections leave of it, and the later sweep."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from mainstream.study.figures.look import COLOURS, LABELS, label, lines, log_ticks, shared_legend, small_multiples
from mainstream.study.figures.output import Drawing

PARTS = ("f1", "recall", "precision")
TICKS = (2, 4, 8, 16, 32)  # applications
CLAIMS = {"no_sharing": 32, "max_sharing": 2}  # baseline → number of applications of 28X and of 71%
FORMS = ("as_published", "consistent")
PANELS = (("150", "f1"), ("300", "f1"), ("300", "recall"), ("300", "precision"))  # budget, part


def as_published(record: pd.DataFrame) -> Drawing:
    """F1, recall and precision against applications (`published.headline_rows`); rings: the record."""
    fig, axes = small_multiples(3)
    for ax, part in zip(axes, PARTS, strict=True):
        lines(ax, record, "n_apps", part)
        rings(ax, record.groupby(["system", "n_apps"])[f"recorded_{part}"].mean())
        log_ticks(ax, TICKS)
        ax.set(ylim=(0, 1.02), xlabel="applications")
    shared_legend(fig, axes)
    at = record[record.n_apps == record.n_apps.max()].groupby("system")[["recall", "precision"]].mean()
    text = (
        "At {n} applications, in the study's form: No Sharing has recall {none.recall:.3f} at precision "
        "{none.precision:.2f}, Max Sharing recall {all.recall:.2f} at precision {all.precision:.2f}, Mainstream recall "
        "{ours.recall:.2f} at precision {ours.precision:.2f}. It is recall, hence frames seen, that makes the 28X."
    )
    numbers = {"n": record.n_apps.max(), "none": at.loc["no_sharing"], "all": at.loc["max_sharing"],
               "ours": at.loc["mainstream"]}  # fmt: skip
    return Drawing(fig, record, "The headline as recorded", "published", text, numbers)


def rings(ax: Axes, recorded: Any) -> None:
    """The record around our points. recorded: by system and n_apps."""
    for system, seen in recorded.groupby(level="system"):
        ax.plot(seen.index.get_level_values("n_apps"), seen, "o", mfc="none", ms=9, color=COLOURS[system])


def corrections(ratios: pd.DataFrame) -> Drawing:
    """What each correction leaves of 28X and of 71%: a line per number of applications, the claim's in colour.

    ratios: index step, n_apps; columns over no_sharing, over max_sharing.
    """
    fig, axes = small_multiples(2, size=(5.0, 3.9), sharey=False)
    for ax, (base, claimed) in zip(axes, CLAIMS.items(), strict=True):
        by_step = ratios[f"over {base}"].unstack("n_apps")
        others = by_step.drop(columns=claimed)
        named = f"{others.columns[0]} to {others.columns[-1]} applications"
        ax.plot(others, "o-", color="0.8", lw=1.2, ms=3, label=[named, *"_" * (others.shape[1] - 1)])
        ax.plot(by_step[claimed], "o-", color=COLOURS["mainstream"], lw=2.2, label=f"{claimed} applications")
        for step, value in enumerate(by_step[claimed]):
            ax.annotate(f"{value:.3g}", (step, value), (4, 10), textcoords="offset points", fontsize=9, zorder=4)
        ax.axhline(1, color="0.5", lw=0.8)
        ax.set_xticks(range(len(by_step)), list(by_step.index), rotation=25, ha="right")
        ax.set(title=f"Mainstream over {LABELS[base]}", xlim=(-0.3, len(by_step) - 0.5))
        ax.set_ylim(0.95, 1.05 * by_step.max().max())
        ax.legend(loc="center right")
    log_ticks(axes[0], [1, 2, 5, 10, 20], "y")
    axes[0].set(ylabel="Event-F1 ratio", ylim=(0.8, 1.6 * ratios["over no_sharing"].max()))
    many, few = ratios["over no_sharing"], 100 * ratios["over max_sharing"] - 100
    text = (
        "28X becomes {many:.2f}X once units agree ({many_anew:.2f}X with schedules derived anew); 71% becomes "
        "{few:.0f}% ({few_anew:.0f}%)."
    )
    numbers = {"many": many["2 consistent units", 32], "many_anew": many["3 optimal", 32],
               "few": few["2 consistent units", 2], "few_anew": few["3 optimal", 2]}  # fmt: skip
    return Drawing(fig, ratios.reset_index(), "What remains of 28X and 71%", "published", text, numbers)


def headline_forms(corrected: pd.DataFrame) -> Drawing:
    """The recorded schedules in the published form and, with one stream rate, in consistent units (`corrections`)."""
    steps = ("0 as published", "2 consistent units")
    fig, axes = small_multiples(2, size=(4.2, 3.4))
    for ax, step in zip(axes, steps, strict=True):
        lines(ax, corrected[corrected.step == step], "n_apps", "f1")
        log_ticks(ax, TICKS)
        ax.set(xlabel="applications", ylabel="Event-F1 (of means)", ylim=(0, 1), title=step[2:])
    shared_legend(fig, axes)
    both = corrected[corrected.step.isin(steps)]
    at = both[both.n_apps == 32].groupby(["step", "system"]).f1.mean()
    text = (
        "Same schedules, same accuracies: at 32 applications No Sharing has F1 {published:.3f} when frames are "
        "counted as published, {consistent:.3f} in consistent units; Mainstream {ours_published:.3f} and "
        "{ours_consistent:.3f}."
    )
    numbers = {"published": at[steps[0], "no_sharing"], "consistent": at[steps[1], "no_sharing"],
               "ours_published": at[steps[0], "mainstream"], "ours_consistent": at[steps[1], "mainstream"]}  # fmt: skip
    title = "Headline: published form beside consistent form"
    return Drawing(fig, both, title, "published", text, numbers)


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
