"""What there is to run: a project's folders, its profiles, its notebooks as stages."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mainstream import paths
from mainstream.errors import UserError, unknown
from mainstream.package import one_line

INJECTED = ("profile", "output_dir")  # parameters that the pipeline sets itself


class Profile(BaseModel):
    """One YAML of notebooks/profiles: which notebooks, with which parameters. Unknown keys stop the run."""

    model_config = ConfigDict(extra="forbid")
    description: str
    cell_timeout_s: int = Field(gt=0)
    notebooks: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Stage:
    """A notebook with its effective parameters."""

    name: str
    notebook: Path
    parameters: dict[str, Any]
    inputs: tuple[str, ...] = ()  # globs below the project, from the notebook's metadata
    needs: tuple[str, ...] = ()  # stages whose outputs it reads


@dataclass(frozen=True)
class Project:
    """The folders of a project. Tests make small ones; the kit's own is `Project()`."""

    root: Path = paths.ROOT

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def library(self) -> Path:
        return self.root / "mainstream"

    def results(self, profile: str) -> Path:
        return self.root / "results" / profile

    def profile(self, name: str) -> Profile:
        """Reads and checks a profile (UserError: unknown profile, unknown key, not YAML)."""
        folder = self.notebooks / "profiles"
        valid = {p.stem: p for p in folder.glob("*.yml")}
        if name not in valid:
            raise unknown("profile", name, valid)
        try:
            return Profile.model_validate(yaml.safe_load(valid[name].read_text(encoding="utf-8")))
        except yaml.YAMLError as e:
            raise UserError(f"{valid[name].name}: not YAML: {' '.join(str(e).split())}") from e
        except ValidationError as e:
            raise UserError(f"{valid[name].name}: {one_line(e)}") from e

    def stages(self, profile: str, overrides: list[str] | None = None) -> list[Stage]:
        """The profile's stages in order, every parameter checked against its notebook.

        Args:
            overrides: `"04.seed=3"` or `"04_scheduler.seed=3"`, on top of the profile.
        Raises:
            UserError: an unknown notebook or parameter (with the nearest valid name), a malformed override.
        """
        chosen = self.profile(profile).notebooks
        for name in chosen:
            if not (self.notebooks / f"{name}.ipynb").is_file():
                raise unknown("notebook", name, (p.stem for p in self.notebooks.glob("*.ipynb")))
        extra: dict[str, dict[str, Any]] = {name: {} for name in chosen}
        for text in overrides or []:
            where, equals, value = text.partition("=")
            stage, dot, parameter = where.partition(".")
            if not (equals and dot):
                raise UserError(f"--param '{text}' must look like 04.seed=3")
            extra[pick(stage, list(chosen))][parameter] = yaml.safe_load(value)
        return [self._stage(name, {**(chosen[name] or {}), **extra[name]}) for name in sorted(chosen)]

    def _stage(self, name: str, parameters: dict[str, Any]) -> Stage:
        path = self.notebooks / f"{name}.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        known = declared_parameters(notebook, name)
        for parameter in parameters:
            if parameter not in known or parameter in INJECTED:
                raise unknown(f"parameter of {name}", parameter, set(known) - set(INJECTED))
        meta = notebook.get("metadata", {}).get("mainstream", {})
        return Stage(name, path, parameters, tuple(meta.get("inputs", ())), tuple(meta.get("needs", ())))


def pick(text: str, names: list[str]) -> str:
    """The stage meant by a number ('04') or a name ('04_scheduler')."""
    for name in names:
        if text in (name, name.split("_")[0]):
            return name
    raise unknown("stage", text, names)


def declared_parameters(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """Names and defaults in the notebook's one cell tagged `parameters` (papermill itself only warns)."""
    tagged = [c for c in notebook["cells"] if "parameters" in c.get("metadata", {}).get("tags", [])]
    if len(tagged) != 1:
        raise UserError(f"{name}: needs exactly one cell tagged 'parameters', not {len(tagged)}")
    found = {}
    for node in ast.parse("".join(tagged[0]["source"])).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = ast.literal_eval(node.value)
    return found
