"""The report as a person sees them, from disk: phone and desk, light and dark.

MAINSTREAM_SCREENSHOTS=folder keeps pictures to look at.
"""

import pytest
from tiny_report import CAPTIONS, make

# Contrast (WCAG 2) of every visible piece of text with what is painted behind it; those below 4.5.
PALE = """() => {
  const rgb = c => { const [r, g, b, a = 1] = c.match(/[\\d.]+/g).map(Number); return { v: [r, g, b], a } }
  const light = v => v.map(x => x / 255).map(x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4)
    .reduce((sum, x, i) => sum + x * [.2126, .7152, .0722][i], 0)
  const behind = e => {
    for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.a) return c }
    return { v: matchMedia('(prefers-color-scheme: dark)').matches ? [0, 0, 0] : [255, 255, 255], a: 1 } }
  const pale = []; let seen = 0
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement, text = walk.currentNode.data.trim()
    if (!text || e.closest('script') || !e.checkVisibility()) continue
    const back = behind(e), ink = rgb(getComputedStyle(e).color)
    if (back.a < 1 || ink.a < 1) { pale.push('translucent: ' + text); continue }
    const [a, b] = [light(back.v), light(ink.v)].sort((x, y) => y - x), ratio = (a + .05) / (b + .05)
    seen += 1; if (ratio < 4.5) pale.push(ratio.toFixed(2) + ' ' + text)
  }
  return { pale, seen }
}"""
SIZES = [(1280, False), (1280, True), (390, False), (390, True)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    project = make(tmp_path_factory.mktemp("report"), only="01,05")
    return project.results("default") / "report"


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_report_at_every_width_and_theme(folder, page_at, problems, shoot, width, dark):
    page = page_at(width, 900, dark)
    page.goto((folder / "index.html").as_uri())
    for image in page.locator("img").all():
        image.scroll_into_view_if_needed()
    page.wait_for_function("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    for details in page.locator("details").all():  # what is folded away counts too
        details.evaluate("e => e.open = true")
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    found = page.evaluate(PALE)
    assert found["pale"] == [] and found["seen"] > 150
    page.evaluate("scrollTo(0, 0)")
    shoot(page, f"report-{width}-{'dark' if dark else 'light'}", full_page=True)
    assert problems == []


def test_wide_tables_scroll_inside_their_box(folder, page_at):
    page = page_at(390, 800)
    page.goto((folder / "index.html").as_uri())
    inner = page.evaluate("[...document.querySelectorAll('.wide')].map(e => e.scrollWidth - e.clientWidth)")
    assert max(inner) > 50  # so the page's own width, checked above, is not for want of wide tables


@pytest.mark.parametrize("scripts", [True, False])
def test_tracks_filter_figures_with_and_without_scripts(folder, page_at, scripts):
    page = page_at(1280, 900, java_script_enabled=scripts)
    page.goto((folder / "index.html").as_uri())
    shown = page.locator(".figures > figure:visible")
    assert shown.count() == len(CAPTIONS)
    page.locator("#show-executed").check()
    assert shown.count() == 1 and page.locator("#\\30 1_lines-broad").is_visible()
    assert not page.locator("#\\30 5_headline").is_visible()
    page.locator("#show-all").check()
    assert shown.count() == len(CAPTIONS)


def test_a_permalink_shows_a_figure_that_the_filter_hides(folder, page_at):
    page = page_at(1280, 900, reduced_motion="reduce")  # a page that glides is clicked beside its buttons
    page.goto((folder / "index.html").as_uri() + "#01_lines-rising")
    page.locator("#show-executed").check()
    assert page.locator("#\\30 1_lines-rising").is_visible()


def test_a_click_opens_the_picture(folder, page_at):
    page = page_at(1280, 900)
    page.goto((folder / "index.html").as_uri())
    page.locator("#\\30 1_lines-broad img").click()
    page.wait_for_url("**/01_lines/broad.png")
