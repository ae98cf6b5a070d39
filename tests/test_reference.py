"""The reference says something about everything that other people's scripts rely on, and opens without a network."""

import ast
import importlib.util
import inspect
import re

import pytest

from mainstream import quality, scheduler
from mainstream.paths import PACKAGE, ROOT
from mainstream.quality import counted as events

NO_DEFAULT = inspect.Parameter.empty
RATES = {"stream_fps": NO_DEFAULT, "event_length_s": NO_DEFAULT}
MODEL = {"correlation": 0.0, "x_vote": 1, "form": "consistent"}
SIGNATURES = {  # keyword-only arguments with their defaults, by function; what comes before them may be positional
    quality.event_recall: (("tpr", "fps"), {**RATES, **MODEL}),
    quality.event_precision: (("tpr", "fpr", "fps"), {**RATES, "event_frequency": NO_DEFAULT, **MODEL}),
    quality.event_f1: (("tpr", "fpr", "fps"), {**RATES, "event_frequency": NO_DEFAULT, **MODEL}),
    events.count_events: (("truth", "times", "decisions", "x_vote", "definition"),
                          {"window_s": None, "duration_s": None}),
    scheduler.solve: (("problem", "scheduler", "gap"), {}),
}  # fmt: skip
CONTRACT = {  # pages and the names on them
    "quality": ("event_recall", "event_precision", "event_f1", "simulate_events", "count_events"),
    "quality.counted": ("EventTally",),
    "scheduler": ("Problem", "solve", "Schedule", "Schedule.to_json"),
    "package": ("MPackage", "MPackage.load", "MPackage.save", "MPackage.validate"),
}
PUBLISHED = (
    *CONTRACT,
    "study.published",
    "study.experiments",
    "scheduler.protocol",
)  # no module of these needs TensorFlow


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("build", ROOT / "scripts" / "reference" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(build, tmp_path_factory):
    """Module → its page, for the published track."""
    folder = tmp_path_factory.mktemp("reference")
    build.build(folder, tuple(f"mainstream.{m}" for m in PUBLISHED))
    assert (folder / "index.html").is_file()
    return {m: (folder / "mainstream" / f"{m.replace('.', '/')}.html").read_text(encoding="utf-8") for m in PUBLISHED}


def described(page, name):
    """What the page says of a name, as text; empty where it says nothing."""
    parts = re.split(r'<(?:section|div) id="([\w.]+)"(?: class="classattr")?>', page)
    own = dict(zip(parts[1::2], parts[2::2], strict=True))
    said = re.search(r'class="docstring">(.*?)</div>', own.get(name, ""), re.DOTALL)
    return re.sub(r"<[^>]+>", "", said[1]).strip() if said else ""


@pytest.mark.parametrize("module", CONTRACT)
def test_what_others_rely_on_is_described(pages, module):
    for name in CONTRACT[module]:
        assert len(described(pages[module], name).split()) > 3, name


def test_pages_need_no_network(pages):
    for module, page in pages.items():
        fetched = re.findall(
            r"""(?:src=|url\(|@import)\s*["']?(?:https?:)?//[^"')\s]+|<link[^>]+href="http[^>]+>""", page
        )
        assert not fetched, (module, fetched)


def test_types_are_written_as_people_write_them(build, pages):
    checked = "typing.Annotated[float, FieldInfo(annotation=NoneType, required=True, metadata=[Ge(ge=0), Le(le=1)])]"
    assert build.plain(f": tuple[{checked}, ...]") == ": tuple[float ≥ 0 ≤ 1, ...]"
    assert build.plain(": numpy.ndarray[tuple[typing.Any, ...], numpy.dtype[numpy.float64]]") == ": NDArray[float64]"
    for rest in ("FieldInfo", "PydanticUndefined", "Alias for field number"):
        assert rest not in re.sub(r"<pre>.*?</pre>", "", pages["scheduler"], flags=re.DOTALL)


@pytest.mark.parametrize("function", SIGNATURES)
def test_signatures_are_the_promised_ones(function):
    parameters = inspect.signature(function).parameters
    positional, keywords = SIGNATURES[function]
    assert tuple(parameters)[: len(positional)] == positional
    assert {name: parameters[name].default for name in keywords} == keywords
    further = ["differences"] if "form" in keywords else []  # of the heterogeneous form, all 0
    assert set(parameters) == {*positional, *keywords, *further}


def test_cutting_a_network_is_described_too():
    """From the source: importing `splits` would bring TensorFlow."""
    tree = ast.parse((PACKAGE / "networks" / "splits.py").read_text(encoding="utf-8"))
    functions = {f.name: f for f in tree.body if isinstance(f, ast.FunctionDef)}
    for name in ("split_points", "cut"):
        assert len((ast.get_docstring(functions[name]) or "").split()) > 3


def public(tree, prefix=""):
    """Every public function, class and method below a node."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public(node, f"{node.name}.")


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_docstrings_say_something(path):
    """Not empty, and more than the name again."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "the module"
    for name, node in public(tree):
        words = re.findall(r"\w+", (ast.get_docstring(node) or "").lower())
        assert set(words) - set(name.lower().replace(".", "_").split("_")) - {"the", "a", "of"}, name


def test_a_problem_file_has_the_promised_keys():
    keys = {"stream_fps", "fps_options", "x_options", "budget", "objective", "form", "device", "apps"}
    assert set(scheduler.Problem.model_fields) == keys
