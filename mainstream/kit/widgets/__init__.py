"""Interactive cells: the model's explorer (notebook 03), the scheduler's playground (04), the stream's player (07).

Each has `box`, to be shown where somebody is at the keyboard (`out.by_hand`), and `figure()`, what a batch run keeps.
"""
