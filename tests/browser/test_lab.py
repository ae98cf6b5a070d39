"""JupyterLab as a person meets it: the start page, Run All, a slider moved, an application added."""

from __future__ import annotations

import pytest
from browser.lab import copied, dragged, lab, picture, run_all, show

from mainstream.kit.pipeline.project import Project
from mainstream.kit.pipeline.run import run

pytestmark = pytest.mark.slow  # about two minutes


@pytest.fixture(scope="module")
def address(browser, tmp_path_factory):
    """A lab whose notebook 01 has run, in a copy of the checkout."""
    root = copied(tmp_path_factory.mktemp("checkout"))
    assert [o.result for o in run(Project(root), "smoke", only="01")] == ["ok"]
    with lab(root) as address:
        yield address


@pytest.fixture
def page(page_at):
    return page_at(1500, 1000)


def opened(page, address, notebook):
    page.goto(f"{address}/lab/tree/notebooks/{notebook}.ipynb?reset")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
    page.wait_for_function(
        "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'", timeout=90_000
    )


def test_the_lab_opens_at_its_start_page_and_leads_to_a_notebook(page, address, shoot):
    page.goto(address)
    start = page.locator(".jp-RenderedMarkdown", has_text="Mainstream, reproduced").first
    start.wait_for(timeout=60_000)
    shoot(page, "lab-start")
    start.get_by_role("link", name="04_scheduler").click()
    page.locator(".jp-Notebook", has_text="How is the joint choice made?").first.wait_for(timeout=60_000)


def test_the_explorer_of_notebook_03_follows_its_sliders(page, address, shoot, problems):
    opened(page, address, "03_event_f1_model")
    run_all(page)
    show(page, "explorer.box if out.by_hand")
    shown = page.locator(".jp-OutputArea-output .widget-image").first
    before = picture(shown)
    shoot(page, "lab-03-before")
    dragged(page, page.locator(".widget-hslider", has_text="TPR").first.locator(".noUi-handle"), -50)
    page.wait_for_timeout(2500)
    assert picture(shown) != before
    shoot(page, "lab-03-after")
    assert [p for p in problems if p.startswith("exception")] == []


def test_the_playground_of_notebook_04_takes_an_application_more(page, address, shoot, problems):
    opened(page, address, "04_scheduler")
    run_all(page)
    show(page, "playground.box if out.by_hand")
    tree = page.locator(".jp-OutputArea-output .widget-image").first
    before = picture(tree)
    shoot(page, "lab-04-before")
    page.get_by_role("button", name="Add", exact=True).first.click()
    page.wait_for_timeout(4000)
    assert picture(tree) != before
    shoot(page, "lab-04-after")
    assert [p for p in problems if p.startswith("exception")] == []
