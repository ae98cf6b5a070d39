"""Values that a shell completes after the options of the command line. Nothing here imports more than `paths`.

`mainstream --install-completion` puts a line into the shell's start-up file; the shell then asks at every Tab, so the
names of schedulers, devices and clocks are listed here: reading them off their modules would take seconds. A test
keeps both alike; parameters alone are read off the notebooks, when they are asked for. Where nothing here fits, bash
goes on with names of files. Used by all commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mainstream.paths import BENCHMARKS, NOTEBOOKS, PROFILES

SCHEDULERS = ("no_sharing", "max_sharing", "greedy", "greedy_as_published", "optimal", "exhaustive")
DEVICES = ("nuc-2017", "this-machine")
CLOCKS = ("wall", "virtual", "none")
BASES = ("embedded", "imagenet")
ENGINES = ("openvino", "keras", "predict")


def among(names: Iterable[str]) -> Callable[[str], list[str]]:
    """A callback for `typer.Option(autocompletion=…)`: those of `names` that begin like what has been typed."""

    def begun(incomplete: str) -> list[str]:
        return [name for name in names if name.startswith(incomplete)]

    return begun


def profiles(incomplete: str) -> list[str]:
    """Profiles of the notebooks."""
    return among(sorted(p.stem for p in PROFILES.glob("*.yml")))(incomplete)


def benchmarks(incomplete: str) -> list[str]:
    """Names of benchmarks."""
    return among(sorted(p.stem for p in BENCHMARKS.glob("*.py")))(incomplete)


def stages(incomplete: str) -> list[str]:
    """Stages by number, or by name where a name has been begun; after a comma the next one: `04,0` → `04,05`."""
    done, comma, begun = incomplete.rpartition(",")
    names = sorted(p.stem for p in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    words = names if "_" in begun else [name[:2] for name in names]
    return [done + comma + word for word in words if word.startswith(begun) and word not in done.split(",")]


def parameters(incomplete: str) -> list[str]:
    """Parameters of the notebooks, `05.setups=` and the like, where a stage has been begun by its number or name."""
    from mainstream.kit.pipeline.parameters import INJECTED, declared_parameters
    from mainstream.kit.pipeline.project import read_notebook

    stage, dot, _ = incomplete.partition(".")
    found = []
    for path in sorted(NOTEBOOKS.glob(f"{stage or '[0-9]'}*.ipynb")):
        prefix = stage if dot else path.stem[:2]
        found += [f"{prefix}.{k}=" for k in declared_parameters(read_notebook(path), path.stem) if k not in INJECTED]
    return among(found)(incomplete)
