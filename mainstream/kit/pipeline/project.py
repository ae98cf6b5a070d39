"""What there is to run: a project's folders, its profiles, its notebooks as stages."""

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mainstream import paths
from mainstream.errors import UserError, one_line, unknown
from mainstream.kit.pipeline.parameters import INJECTED, declared_parameters, of_type

VARIABLE = "MAINSTREAM_PROFILE"  # set by `mainstream lab --profile NAME`: the profile of notebooks that name none


class Profile(BaseModel):
    """One YAML of notebooks/profiles: which notebooks, with which parameters. Unknown keys stop the run."""

    model_config = ConfigDict(extra="forbid")
    description: str
    cell_timeout_s: int = Field(gt=0)
    everywhere: dict[str, Any] = {}  # parameters of every notebook that has them
    notebooks: dict[str, dict[str, Any] | None]


@dataclass(frozen=True)
class Stage:
    """A notebook with its effective parameters."""

    name: str
    notebook: Path
    parameters: dict[str, Any]  # that the profile or the command line sets
    defaults: dict[str, Any] = field(default_factory=dict)  # of the notebook itself
    inputs: tuple[str, ...] = ()  # globs below the project, from the notebook's metadata
    needs: tuple[str, ...] = ()  # stages whose outputs it reads
    alone: bool = False  # it measures time: no other beside it


@dataclass(frozen=True)
class Project:
    """The folders of a project. Tests make small ones; the kit's own is `Project()`."""

    root: Path = paths.ROOT

    @property
    def notebooks(self) -> Path:
        """The folder of notebooks; profiles lie in it."""
        return self.root / "notebooks"

    @property
    def library(self) -> Path:
        """The folder of the modules that notebooks import."""
        return self.root / "mainstream"

    def results(self, profile: str) -> Path:
        """The folder of a profile's results, a folder per stage in it."""
        return self.root / "results" / profile

    def profile(self, name: str) -> Profile:
        """Reads and checks a profile (UserError: unknown profile, unknown key with the nearest, not YAML)."""
        folder = self.notebooks / "profiles"
        valid = {p.stem: p for p in folder.glob("*.yml")}
        if name not in valid:
            raise unknown("profile", name, valid)
        content = read_yaml(paths.read_text(valid[name]), valid[name].name)
        for key in content if isinstance(content, dict) else ():
            if key not in Profile.model_fields:
                raise unknown(f"key of {valid[name].name}", str(key), Profile.model_fields)
        try:
            return Profile.model_validate(content)
        except ValidationError as e:
            raise UserError(f"{valid[name].name}: {one_line(e)}") from e

    def stages(self, profile: str, overrides: list[str] | None = None) -> list[Stage]:
        """The profile's stages in order, every parameter checked against its notebook.

        Args:
            overrides: `"04.seed=3"`, on top of the profile; `"seed=3"` for every notebook that has such a parameter.
        Raises:
            UserError: an unknown notebook or parameter (with the nearest valid name), a malformed override, a value
                of another type than the notebook's own, a stage that needs one which the profile does not run before.
        """
        stated = self.profile(profile)
        chosen, everywhere = stated.notebooks, stated.everywhere
        for name in chosen:
            if not (self.notebooks / f"{name}.ipynb").is_file():
                raise unknown("notebook", name, (p.stem for p in self.notebooks.glob("*.ipynb")))
        extra: dict[str, dict[str, Any]] = {name: {} for name in chosen}
        anywhere: dict[str, Any] = {}
        for text in overrides or []:
            where, equals, value = text.partition("=")
            stage, dot, parameter = where.partition(".")
            if not equals:
                raise UserError(f"--param '{text}' must look like 04.seed=3, or seed=3 for all that have it")
            asked = extra[pick(stage, list(chosen))] if dot else anywhere
            asked[parameter or stage] = read_yaml(value, f"--param '{text}'")
        said = {name: ((extra[name], anywhere), (chosen[name] or {}, everywhere)) for name in sorted(chosen)}
        stages = [self.stage(name, *layers) for name, layers in said.items()]
        known = {k for s in stages for k in s.defaults if k not in INJECTED}
        if wrong := [k for k in {**everywhere, **anywhere} if k not in known]:
            raise unknown("parameter of any notebook", wrong[0], known)
        for i, item in enumerate(stages):
            for needed in item.needs:
                if needed not in (earlier := [s.name for s in stages[:i]]):
                    raise unknown(f"stage before {item.name} (its metadata.mainstream.needs)", needed, earlier)
        return stages

    def stage(self, name: str, *layers: tuple[dict[str, Any], dict[str, Any]]) -> Stage:
        """A notebook with these parameters, checked; the first layer that has one says it.

        layers: parameters that are the notebook's own, and those for all notebooks, of which it takes what it has.
        Raises `UserError`: an unknown parameter, another type, 0 or nothing where the notebook needs some.
        """
        notebook = read_notebook(path := self.notebooks / f"{name}.ipynb")
        defaults = declared_parameters(notebook, name)
        known = {k: v for k, v in defaults.items() if k not in INJECTED}
        if wrong := [k for its, _ in layers for k in its if k not in known]:
            raise unknown(f"parameter of {name}", wrong[0], known)
        said = {k: v for its, alls in reversed(layers) for k, v in (alls | its).items() if k in known}
        meta = notebook.get("metadata", {}).get("mainstream", {})
        own = next(c for c in notebook["cells"] if "parameters" in c.get("metadata", {}).get("tags", []))
        free = re.findall(r"(?m)^(\w+).*#.*\b(?:empty|0):", "".join(own["source"]))
        checked = {k: of_type(v, known[k], f"{name[:2]}.{k}", nothing=k in free) for k, v in said.items()}
        told = {"inputs": tuple(meta.get("inputs", ())), "needs": tuple(meta.get("needs", ()))}
        return Stage(name, path, checked, defaults, **told, alone=meta.get("alone", False))


def by_hand(notebook: str, profile: str, output_dir: str, project: Project | None = None) -> dict[str, Any]:
    """The parameters that the profile gives to a notebook, printed; {} in a batch run, which has injected them.

    Used by the setup cell of every notebook: `globals().update(by_hand("04_scheduler", profile, output_dir))`.
    Raises `UserError`: an unknown profile or, in its YAML, an unknown parameter (naming the nearest).
    """
    if output_dir:
        return {}
    profile = os.environ.get(VARIABLE, profile) if profile == "default" else profile
    values = next((s.parameters for s in (project or Project()).stages(profile) if s.name == notebook), {})
    shown = ", ".join(f"{k}={v!r}" for k, v in values.items()) or "the values above"
    print(f"profile {profile}: {shown}")
    return {**values, "profile": profile}


def pick(text: str, names: list[str]) -> str:
    """The stage meant by a number ('04') or a name ('04_scheduler')."""
    for name in names:
        if text in (name, name.split("_")[0]):
            return name
    raise unknown("stage", text, names)


class _Plain(yaml.SafeLoader):
    """A key stands once; 010, 1:30, 1_000 and dates, of which YAML 1.1 makes whichever numbers, stay text."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        odd = kind is yaml.ScalarNode and re.match(r"[+-]?0\w|\d+-|.*[:_]", value)
        return super().resolve(kind, value, (False, True) if odd else implicit)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        if twice := [key for key in keys if keys.count(key) > 1]:
            raise ValueError(f"key '{twice[0]}' is given twice")
        return super().construct_mapping(node, deep)


def read_yaml(text: str, where: str) -> Any:
    """The value of a YAML text (UserError, naming `where`, when it is none)."""
    try:
        found = _Plain(text).get_single_data()
        json.dumps(found, default=str)  # which refuses one that holds itself
        return found
    except RecursionError as e:
        raise UserError(f"{where}: not YAML: nested too deeply") from e
    except (yaml.YAMLError, ValueError, TypeError) as e:  # ValueError: a date such as 2026-13-45
        raise UserError(f"{where}: not YAML: {' '.join(str(e).split())}") from e


def read_notebook(path: Path) -> dict[str, Any]:
    """A notebook as JSON (UserError when the file is not one)."""
    try:
        notebook: dict[str, Any] = paths.read_json(path)
        notebook["cells"]
    except (UserError, KeyError, TypeError) as e:
        raise UserError(f"{path.name}: not a notebook of format 4: {e}") from e
    return notebook
