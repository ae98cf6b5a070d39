#!/usr/bin/env bash
# Everything: installs once, runs the notebooks, writes results/<profile>/report/index.html. Try ./run_all.sh --help
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/install.sh
install_kit
exec .venv/bin/mainstream run "$@"
