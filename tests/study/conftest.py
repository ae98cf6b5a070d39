"""Figures that a test draws are closed after it."""

import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def nothing_stays_open():
    plt.close("all")
    yield
    plt.close("all")
