"""Figures that a test draws are closed after it, and its sweeps run in one process."""

import matplotlib.pyplot as plt
import pytest

from mainstream.data.jobs import JOBS


@pytest.fixture(autouse=True)
def nothing_stays_open():
    plt.close("all")
    yield
    plt.close("all")


@pytest.fixture(autouse=True)
def one_process(monkeypatch):
    """Sweeps are small here: processes of their own would take longer to begin than what they do."""
    monkeypatch.setenv(JOBS, "1")
