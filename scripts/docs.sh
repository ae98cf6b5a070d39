#!/usr/bin/env bash
# The reference of the library, from its docstrings: scripts/docs.sh, then open build/reference/index.html.
# Reading it fetches nothing. Arguments are modules, instead of all: scripts/docs.sh mainstream.quality
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
install_kit
rm -rf build/reference
.venv/bin/python scripts/reference/build.py build/reference "$@"
echo "build/reference/index.html"
