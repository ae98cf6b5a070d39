"""The command line: `main` and the commands that it mounts."""
