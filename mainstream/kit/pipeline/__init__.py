"""Notebooks as stages: parameters, cache, execution through papermill, report."""
