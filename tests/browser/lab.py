"""A JupyterLab of the kit's own, in a copy of the checkout, and a person's way through its notebooks."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mainstream import paths

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

STATE = """() => {
  const notebook = window.jupyterapp.shell.currentWidget;
  const cells = [...notebook.content.model.cells].filter(c => c.type === 'code');
  const outputs = cells.flatMap(c => c.outputs.toJSON());
  const error = outputs.find(o => o.output_type === 'error');
  return {run: cells.filter(c => c.executionCount).length, cells: cells.length,
          busy: notebook.sessionContext.session?.kernel?.status !== 'idle',
          error: error ? `${error.ename}: ${error.evalue}` : ''};
}"""


def copied(folder: Path) -> Path:
    """A checkout without results of runs; whatever notebooks write there stays there."""
    for name in ("notebooks", "data", "mainstream", "streetworld", "docs"):
        shutil.copytree(paths.ROOT / name, folder / name, ignore=shutil.ignore_patterns("cache", "__pycache__"))
    shutil.copytree(paths.REFERENCE, folder / "results" / "reference")
    return folder


@contextmanager
def lab(root: Path) -> Iterator[str]:
    """`mainstream lab --profile smoke` in that checkout; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "mainstream", "lab", "--no-browser", "--profile", "smoke", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", "--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"]
    command += ["--allow-root"]
    log = (root / "lab.log").open("w")
    place = {**os.environ, "PYTHONPATH": str(root), "JUPYTER_CONFIG_DIR": str(root / "config")}
    process = subprocess.Popen(command, cwd=root, env=place, stdout=log, stderr=log)
    try:
        for _ in range(240):
            assert process.poll() is None, (root / "lab.log").read_text()[-2000:]
            try:
                urllib.request.urlopen(f"{address}/api", timeout=2).close()
                break
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def run_all(page: Page, *, timeout_s: float = 300) -> None:
    """Run → Run All Cells, as a person does it; fails with the first error that a cell shows."""
    page.get_by_role("menuitem", name="Run", exact=True).first.click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    end, state = time.monotonic() + timeout_s, {}
    while time.monotonic() < end:
        state = page.evaluate(STATE)
        assert not state["error"], state["error"]
        if state["run"] == state["cells"] and not state["busy"]:
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"still at work after {timeout_s:g} s: {state}")


def show(page: Page, text: str) -> None:
    """Scrolls the open notebook to the code cell that holds this text."""
    page.evaluate(
        """async text => {
          const content = window.jupyterapp.shell.currentWidget.content;
          const holds = cell => cell.model.type === 'code' && cell.model.sharedModel.source.includes(text);
          const place = content.widgets.findIndex(holds);
          content.activeCellIndex = place;
          await content.scrollToItem(place, 'start');
        }""",
        text,
    )
    page.wait_for_timeout(1500)


def picture(place: Locator) -> str:
    """What an image shows, as an address that changes with every redraw."""
    return place.get_attribute("src") or ""


def dragged(page: Page, handle: Locator, by_px: float) -> None:
    """Moves a slider's handle with the mouse."""
    box = handle.bounding_box()
    assert box, "the slider is not on the screen"
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by_px, y, steps=8)
    page.mouse.up()
