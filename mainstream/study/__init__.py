"""The study: its record, real decisions replayed, experiments and figures. What the notebooks call."""
