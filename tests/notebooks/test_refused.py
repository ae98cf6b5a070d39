"""What cannot be right is told in one line by the first cells of a notebook, before anything long begins."""

import re

import numpy as np
import pytest

from mainstream.errors import UserError
from mainstream.kit.pipeline.project import read_notebook
from mainstream.paths import NOTEBOOKS, REFERENCE
from mainstream.runner.devices import nuc_2017
from mainstream.study.curves import load_packages
from mainstream.study.replay import Recording


def begun(book, stage, output, until='print(f"trained:', **parameters):
    """The names of a notebook after its code cells up to the one that prints what was trained, on the kept packages."""
    output.joinpath(stage).symlink_to(REFERENCE / "decisions" / stage)
    names = {}
    for cell in read_notebook(NOTEBOOKS / f"{book}.ipynb")["cells"]:
        if cell["cell_type"] == "code":
            source = "".join(cell["source"])
            exec(source, names)
            if "parameters" in cell["metadata"].get("tags", ()):
                names |= {"output_dir": str(output / book), **parameters}
            if until in source:
                return names


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"joins": {"dog": 0}}, r"unknown application of `joins` 'dog' \(valid: car, cat, flower, pedestrian\)"),
        ({"budgets": [[5, 0.5]]}, r"budgets=\[\[5, 0.5\]\]: must say what there is from second 0 on"),
        ({"device": "other.json"}, "is of resnet50 at 224 px, the network is mobilenet-0.25 at 128 px"),
    ],
)
def test_07_names_who_was_not_trained_a_budget_that_begins_late_and_another_networks_profile(
    tmp_path, parameters, said, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    profile = nuc_2017().model_copy(update={"name": "this-machine, resnet50 at 224 px, openvino f32, 2 threads"})
    (tmp_path / "other.json").write_text(profile.model_dump_json())
    with pytest.raises(UserError, match=said):
        begun("07_live_runtime", "01_finetune_every_split", tmp_path, **parameters)


def test_03_counts_and_models_at_the_rate_that_a_film_has():
    """Of 7 frames/s where 10 were asked for, the model was told of 10, and of rates that no look had."""
    cells = ["".join(c["source"]) for c in read_notebook(NOTEBOOKS / "03_event_f1_model.ipynb")["cells"]]
    recorded = next(cell for cell in cells if "recording = recorder" in cell)
    empty = np.empty((0, 0))
    names = {"recording": Recording(*[empty] * 7, fps=7.0), "rates": [1, 5, 8, 10]}
    exec(recorded.partition("recording = recorder")[2].partition("\n")[2], names)
    assert names["reached"] == [1, 5, 7.0]
    solved = "".join((NOTEBOOKS / "solutions" / f"03_{k}.py").read_text(encoding="utf-8") for k in (4, 5))
    after = "".join(cells[cells.index(recorded) + 1 :]) + solved
    assert "fitted.grid(recording, reached, votes)" in after
    assert not re.search(r"[=:,] ?stream_fps\b(?!=)|\((rates|max\(rates)\b", after)


def test_01_does_not_pass_over_a_film_where_stills_are_drawn(tmp_path):
    with pytest.raises(UserError, match=r"video='cam\.mp4': needs `real_photos`; drawn stills have their own clips"):
        begun("01_finetune_every_split", "03_event_f1_model", tmp_path, video="cam.mp4", truth="cam.csv")


def test_09_by_hand_takes_any_option_says_where_the_package_lies_and_trains_no_neighbour_in_its_place(tmp_path):
    yours = {"images": "photos", "device": "nuc-2017", "budget": 0.25}
    found = begun("09_your_own_application", "01_finetune_every_split", tmp_path, "request = ", app="car", yours=yours)
    assert found["request"].place == tmp_path / "09_your_own_application" / "packages" / "car"
    assert (found["request"].device, found["request"].budget) == ("nuc-2017", 0.25)
    cells = ["".join(cell["source"]) for cell in read_notebook(NOTEBOOKS / "09_your_own_application.ipynb")["cells"]]
    [cell] = [source for source in cells if source.startswith("packages = {app: mine")]
    found["mine"] = next(p for p in load_packages(REFERENCE / "decisions") if p.application == "car")
    for files in (yours, {}):  # the example's photos are not there; of the example, `car` is nobody's neighbour
        exec(cell, found | {"yours": files, "neighbours": ["car"]}, names := {})
        assert names["packages"] == {"car": found["mine"]}
