"""Notebooks as stages: parameters, cache, execution through papermill, report."""

import sys

# Where it is, jsonschema (of nbformat) compiles a grammar of addresses at import: 1.6 s for what no notebook asks.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None: importing it fails, as if it were not
