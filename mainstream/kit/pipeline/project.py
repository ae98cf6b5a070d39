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
    notebooks: dict[str, dict[str, Any] | None]


@dataclass(frozen=True)
class Stage:
    """A notebook with its effective parameters."""

    name: str
    notebook: Path
    parameters: dict[str, Any]
    inputs: tuple[str, ...] = ()  # globs below the project, from the notebook's metadata
    needs: tuple[str, ...] = ()  # stages whose outputs it reads


@dataclass(frozen=True)
class Outcome:
    """What became of one stage of a run."""

    stage: str
    seconds: float
    state: str  # fresh (ran now) | cached | –
    result: str  # ok | failed: … | skipped: …


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
        content = read_yaml(valid[name].read_text(encoding="utf-8"), valid[name].name)
        for field in content if isinstance(content, dict) else ():
            if field not in Profile.model_fields:
                raise unknown(f"key of {valid[name].name}", str(field), Profile.model_fields)
        try:
            return Profile.model_validate(content)
        except ValidationError as e:
            raise UserError(f"{valid[name].name}: {one_line(e)}") from e

    def stages(self, profile: str, overrides: list[str] | None = None) -> list[Stage]:
        """The profile's stages in order, every parameter checked against its notebook.

        Args:
            overrides: `"04.seed=3"` or `"04_scheduler.seed=3"`, on top of the profile.
        Raises:
            UserError: an unknown notebook or parameter (with the nearest valid name), a malformed override, a stage
                that needs one which the profile does not run before it.
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
            extra[pick(stage, list(chosen))][parameter] = read_yaml(value, f"--param '{text}'")
        stages = [self._stage(name, {**(chosen[name] or {}), **extra[name]}) for name in sorted(chosen)]
        for i, item in enumerate(stages):
            for needed in item.needs:
                if needed not in (earlier := [s.name for s in stages[:i]]):
                    raise unknown(f"stage before {item.name} (its metadata.mainstream.needs)", needed, earlier)
        return stages

    def _stage(self, name: str, parameters: dict[str, Any]) -> Stage:
        path = self.notebooks / f"{name}.ipynb"
        notebook = read_notebook(path)
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


def read_yaml(text: str, where: str) -> Any:
    """The value of a YAML text (UserError, naming `where`, when it is none)."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as e:
        raise UserError(f"{where}: not YAML: {' '.join(str(e).split())}") from e


def read_notebook(path: Path) -> dict[str, Any]:
    """A notebook as JSON (UserError when the file is not one)."""
    try:
        notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        notebook["cells"]
    except (ValueError, KeyError, TypeError) as e:
        raise UserError(f"{path.name}: not a notebook of format 4: {e}") from e
    return notebook


def declared_parameters(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """Names and defaults in the notebook's one cell tagged `parameters` (papermill itself only warns).

    Raises:
        UserError: no such cell or several, or one that holds anything else than `name = literal` (with or without a
            type): papermill replaces the names only, so what is computed from them there would keep the old value.
    """
    tagged = [c for c in notebook["cells"] if "parameters" in c.get("metadata", {}).get("tags", [])]
    if len(tagged) != 1:
        raise UserError(f"{name}: needs exactly one cell tagged 'parameters', not {len(tagged)}")
    found: dict[str, Any] = {}
    try:
        for node in ast.parse("".join(tagged[0]["source"])).body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(targets[0], ast.Name):
                raise ValueError(f"line {node.lineno}")
            found[targets[0].id] = ast.literal_eval(node.value or ast.Constant(None))
    except (SyntaxError, ValueError) as e:
        raise UserError(f"{name}: its parameters cell may hold only `name = literal`: {e}") from e
    return found
