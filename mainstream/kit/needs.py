"""What a profile needs, and whether it is here: `mainstream run --profile paper --check`. Fetches and writes nothing.

Times: what a stage took here, where this profile has run; else what the reference run took with the default's
parameters, scaled by a trial (one network, as notebook 00 measures it); training on other networks is reckoned from the
number of forward passes, each as long as a trial of that network takes.
"""

import math
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from timeit import repeat
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import yaml

from mainstream.data.datasets import list_images
from mainstream.data.downloads import photo_sets
from mainstream.errors import UserError
from mainstream.kit.doctor import MEMORY_GB, answer, machine
from mainstream.kit.new_app.training import about, passes
from mainstream.kit.pipeline.cache import read_run
from mainstream.kit.pipeline.parameters import INJECTED
from mainstream.kit.pipeline.project import Project, Stage
from mainstream.networks.base import SCALED, build
from mainstream.networks.engines import compile_model
from mainstream.networks.splits import split_points, with_head
from mainstream.paths import CACHE, DATA, REFERENCE, ROOT
from mainstream.study.trainings import FINETUNED
from mainstream.trainer import Settings
from mainstream.trainer.frozen import BATCH, asking

SHOWN = 0.2  # of the photos are taken to show an application: how many there will be, only training counts
WORKING = 0.7  # of the outputs of all layers for a batch: InceptionV3 at 299 px, everything trained, peaks at 3.6 GB


class Need(NamedTuple):
    """A file or folder; `size` in bytes, 0 where nobody has stated it; `url` where it may be fetched from."""

    what: str
    places: tuple[Path, ...]  # one of them is enough; the first is the one to fill
    size: int = 0
    licence: str = ""
    url: str = ""

    @property
    def here(self) -> bool:
        """Whether it lies there, and a file whose size is known is as large."""
        return any(p.is_dir() or (p.is_file() and self.size in (0, p.stat().st_size)) for p in self.places)

    def __str__(self) -> str:
        said = [f"{self.size / 1e6:.0f} MB" * bool(self.size), self.licence, str(next(iter(self.places), ""))]
        told = "; ".join(s for s in said if s)
        return f"{'here' if self.here else 'MISSING':<8}{self.what}{': ' * bool(told)}{told}"


def check(project: Project, profile: str, stages: list[Stage], say: Callable[[str], None]) -> None:
    """Says line by line what is needed and what is here. Raises `UserError` where something is missing."""
    earlier = sorted({name for s in stages for name in s.needs} - {s.name for s in stages})
    made = [Need(f"results of {name} (--only {name[:2]})", (project.results(profile) / name,)) for name in earlier]
    wanted = [*needs(stages), *made]
    lacking = [n for n in wanted if not n.here]
    for need in wanted:
        say(str(need))
    if fetched := [n for n in lacking if n.url]:
        say("without a network: fetch these elsewhere, and put them there under the names that they have")
        for need in fetched:
            say(f"        {need.url}\n          into {need.places[0].parent}")
    slower = _slower()
    training = {s.name: _Training(s) for s in stages if s.name == FINETUNED and s.parameters.get("networks")}
    room_gb = 2 * sum(n.size for n in lacking) / 1e9 + sum(t.disk_gb for t in training.values()) + 1
    most_gb = max([MEMORY_GB, *(t.memory_gb for t in training.values())])
    looked = {check: answer(check) for check in machine(project.root, most_gb, room_gb)}
    for _, line in looked.values():
        say(line)
    say(f"        for this about {most_gb:.0f} GB of memory and {room_gb:.0f} GB of disk are needed")
    for stage in stages:
        say(f"{stage.name:<26}{_expected(project, profile, stage, training.get(stage.name), slower)}")
    if missing := [n.what for n in lacking] + [c.what for c, (ok, _) in looked.items() if c.needed and not ok]:
        raise UserError(f"profile '{profile}': missing here: {'; '.join(missing)}")


def needs(stages: list[Stage]) -> Iterator[Need]:
    """Photos, weights and film that these stages take, each once."""
    seen: dict[str, Need] = {}
    everything = [{**stage.defaults, **stage.parameters} for stage in stages]
    drawn = any(given.get("real_photos") == {} for given in everything)  # then no film is needed, whatever the networks
    for given in everything:
        real = bool(given.get("real_photos") or (given.get("networks") and not drawn))
        new = [_photos(name) for name in given.get("real_photos", {})]
        if "weights" in given:
            new += [_weights(name, px, given["weights"].get(name)) for name, px in given["networks"].items()]
        for option, what in (("video", "film of a fixed camera"), ("truth", "CSV of that film, app,start_s,end_s")):
            if option in given and (real or given["video"]):
                named = (ROOT / given[option],) if given[option] else ()
                new.append(Need(f"{what} (--param {option}=FILE)", named))
        seen |= {need.what: need for need in new}
    yield from seen.values()


def _photos(name: str) -> Need:
    if name not in photo_sets():
        return Need(f"photos {name}", (ROOT / name,))
    stated = photo_sets()[name]
    folder = CACHE / "photos"
    places = folder / stated.file, folder / name
    return Need(f"photo set {name}", places, stated.size, stated.licence, stated.url)


def _weights(name: str, px: int, file: str | None) -> Need:
    if file:
        return Need(f"weights of {name}", (ROOT / file,))
    released = yaml.safe_load((DATA / "base_weights.yml").read_text(encoding="utf-8"))
    stated = released.get(f"{name} at {px} px") or released.get(name)
    folder = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "models"
    if stated is None:
        return Need(f"weights of {name} at {px} px (--param weights=…: keras.applications has them)", ())
    url = stated["url"]
    return Need(f"weights of {name}", (folder / url.rsplit("/", 1)[-1],), stated["size"], stated["licence"], url)


class _Training:
    """What notebook 01 will take on its `networks`: disk_gb, memory_gb, and seconds by the clock."""

    def __init__(self, stage: Stage):
        given = {**stage.defaults, **stage.parameters}
        settings = (Settings.photos if given["real_photos"] else Settings.world)(**given["training"])
        jobs, of, n = given["jobs"], len(given["apps"]) * len(given["seeds"]), _number(given)
        self.disk_gb = self.memory_gb = self.seconds = 0.0
        for name, px in given["networks"].items():
            model = with_head(build(name, px))
            points = [p for p in split_points(model) if not given["splits"] or p.name in given["splits"]]
            images = np.zeros((BATCH, px, px, 3), "float32")
            call = asking(model)()
            each_s = min(repeat(partial(call, images), number=1, repeat=3)) / BATCH
            outputs = 4 * sum(math.prod(d or 1 for d in layer.output.shape) for layer in model.layers)
            tails = sum(4 * (model.count_params() - p.frozen_parameters) for p in points) / 1e9
            self.disk_gb += 2 * of * tails  # checkpoints and packages
            working = max(WORKING * BATCH * outputs / 1e9, settings.cache_gb) + 1
            self.memory_gb = max(self.memory_gb, 1.6 * n * 3 * px**2 / 1e9 + jobs * working)
            frozen, trained = passes(settings, points, train=0.6 * n, held=0.4 * n, rarer=0.6 * n * SHOWN)
            self.seconds += each_s * (frozen + of * trained / jobs)


def _number(given: dict[str, Any]) -> int:
    """Of photos, as far as can be known."""
    if not given["real_photos"]:
        return sum(given["stills"])
    own = [ROOT / name for name in given["real_photos"] if name not in photo_sets() and (ROOT / name).exists()]
    public = sum(photo_sets()[name].photos for name in given["real_photos"] if name in photo_sets())
    return public + sum(len(list_images(path).files) for path in own)


def _slower() -> float:
    """How many times as long a frame takes here, now, as in the reference run: MobileNet-224, two threads."""
    call = compile_model(build("mobilenet-1.0", 224), preprocessing=SCALED)
    image = np.zeros((1, 224, 224, 3), "uint8")
    here = np.median(repeat(lambda: call(image), number=1, repeat=30))
    kept = pd.read_csv(REFERENCE / "claims" / "00_tour" / "pipeline.csv", index_col="stage").median_ms
    return float(1000 * here / kept["openvino"])


def _expected(project: Project, profile: str, stage: Stage, training: _Training | None, slower: float) -> str:
    """How long a stage will take, and how that is known."""
    given = {k: v for k, v in {**stage.defaults, **stage.parameters}.items() if k not in INJECTED}
    run = read_run(project.results(profile) / stage.name)
    if run and run.get("outcome") == "ok" and given.items() <= run["parameters"].items():
        return f"{about(run['seconds'])}, as it took here"
    if training is not None:
        return f"{about(training.seconds)} of training, reckoned from a trial; a rough guess"
    kept = read_run(REFERENCE / "claims" / stage.name)
    if kept is None:
        return "not recorded"
    return f"{about(slower * kept['seconds'])} with the default's parameters, by the reference run and a trial"
