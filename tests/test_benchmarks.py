"""Benchmarks that `mainstream bench` runs by itself, on the smallest network."""

import json

import pytest

from mainstream.paths import BENCHMARKS


@pytest.mark.slow
def test_what_sharing_buys_is_printed_without_a_file_to_keep_it_in(monkeypatch, capsys):
    """It divided by a pair of milliseconds since `runner.interleaved` gives pairs, and `bench` named no file."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    import sharing

    monkeypatch.setattr(sharing, "NETWORKS", {"mobilenet-0.25": 32})
    monkeypatch.setattr(sharing, "MOST", 2)
    monkeypatch.setattr("sys.argv", ["sharing.py", "--rounds", "1"])
    sharing.main()
    rows = json.loads(capsys.readouterr().out)
    assert [row["applications"] for row in rows] == [1, 2] and all(row["none_fps"] > 0 < row["all_fps"] for row in rows)
