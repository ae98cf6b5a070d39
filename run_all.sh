#!/usr/bin/env bash
# Everything: installs once, runs the notebooks, writes results/<profile>/report/index.html. Try ./run_all.sh --help
# ./run_all.sh --lab opens the notebooks in JupyterLab instead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/install.sh
install_kit
if [ "${1:-}" = "--lab" ]; then shift; exec .venv/bin/mainstream lab "$@"; fi
exec .venv/bin/mainstream run "$@"
