"""The kit around it: pipeline and report, command line, JupyterLab, widgets, new-app."""
