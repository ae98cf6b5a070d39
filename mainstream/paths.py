"""Where things are. Every path of the kit derives from `ROOT`; nothing else computes one."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "mainstream"
LAB_SETTINGS = PACKAGE / "lab_settings"
NOTEBOOKS = ROOT / "notebooks"
PROFILES = NOTEBOOKS / "profiles"
DATA = ROOT / "data"
PUBLISHED = DATA / "published"
BASE = DATA / "base"
CACHE = DATA / "cache"
RESULTS = ROOT / "results"
REFERENCE = RESULTS / "reference"
BENCHMARKS = ROOT / "benchmarks"
