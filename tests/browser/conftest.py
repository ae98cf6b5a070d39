"""Shared: a real Chromium, pages of a given size and theme, what went wrong on them, and screenshots to look at."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, once for all tests of this folder; they are skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api")
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is on the path")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def problems() -> list[str]:
    """What the pages of this test complained of: console errors, exceptions, requests that failed."""
    return []


@pytest.fixture
def page_at(browser: Browser, problems: list[str]) -> Iterator[Callable[..., Page]]:
    """`page_at(width, height, dark)`: a new page of that size (CSS px) and theme, in a profile of its own.

    Further keywords go to Playwright's `new_context` (`java_script_enabled=False`, say); they close with the test.
    """
    contexts = []

    def make(width: int = 1280, height: int = 900, dark: bool = False, **options) -> Page:
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: problems.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda e: problems.append(f"exception: {e}"))
        page.on("requestfailed", lambda r: problems.append(f"request: {r.url} {r.failure}"))
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def shoot(tmp_path: Path) -> Callable[..., Path]:
    """`shoot(page, name)`: a screenshot (PNG) in the folder of MAINSTREAM_SCREENSHOTS, else a temporary one."""
    folder = Path(os.environ.get("MAINSTREAM_SCREENSHOTS") or tmp_path / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)

    def save(page: Page, name: str, *, full_page: bool = False) -> Path:
        path = folder / f"{name}.png"
        page.screenshot(path=path, full_page=full_page)
        return path

    return save
