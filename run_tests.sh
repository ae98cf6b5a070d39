#!/usr/bin/env bash
# Lint, types and tests: ./run_tests.sh, or --all with the slow tests. Further arguments go to pytest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/install.sh
install_kit
marks=(-m "not slow")
if [ "${1:-}" = "--all" ]; then marks=(-m "slow or not slow"); shift; fi
.venv/bin/ruff check mainstream streetworld data/base/build tests benchmarks scripts notebooks
.venv/bin/mypy
exec .venv/bin/python -m pytest -n 2 --dist worksteal "${marks[@]}" "$@"
