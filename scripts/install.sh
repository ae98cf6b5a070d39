#!/usr/bin/env bash
# Makes .venv from the hash-locked requirements, installs the kit editable, and a Jupyter kernel. Sourced by
# run_all.sh and run_tests.sh from the root of the checkout; does nothing when all of that is already done.
set -euo pipefail
# Compiled modules are kept: without them each of the thirty Pythons of a run would compile TensorFlow for 10 s.
unset PYTHONDONTWRITEBYTECODE
# .venv holds all that is imported: another Python's folders, or another checkout, would come before it.
unset PYTHONHOME PYTHONPATH
export PIP_USER=0 # where pip installs for the user by default, it refuses to within .venv

fail() { echo "mainstream: $*" >&2; exit 1; }

find_python() {
  local name
  for name in "${PYTHON:-}" python3.12 python3.11 python3.13 python3 python; do
    [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 || continue
    if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then
      echo "$name"; return
    fi
  done
  fail "needs Python 3.11, 3.12 or 3.13 on the PATH (or PYTHON=/path/to/it); TensorFlow has no later build"
}

stamp() { cat requirements.lock pyproject.toml scripts/install.sh | cksum | tr ' ' '-'; }

install_kit() {
  local python installed
  installed=".venv/.installed-$(stamp)"
  [ -e "$installed" ] && return
  python=$(find_python)
  echo "mainstream: installing into .venv with $("$python" --version) (once; about 3 GB)" >&2
  if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'; then
    rm -rf .venv
    "$python" -m venv .venv
  fi
  rm -f .venv/.installed-*
  local uv="" quiet="--quiet"
  if [ -t 2 ]; then quiet=""; fi # somebody watches: show the downloads
  if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then uv=uv
  else # a venv that uv made, or whose making was cut off, has no pip
    .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null 2>&1 ||
      fail "no pip in .venv and none to be had; remove .venv and run this again (Debian: apt install python3-venv)"
    if .venv/bin/python -m pip install --quiet uv >/dev/null 2>&1; then uv=.venv/bin/uv; fi
  fi
  if [ -n "$uv" ]; then
    "$uv" pip install $quiet --python .venv/bin/python --require-hashes -r requirements.lock ||
      fail "could not install the locked packages; see the message above, then run this again"
    "$uv" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
  else
    .venv/bin/python -m pip install $quiet --require-hashes -r requirements.lock ||
      fail "could not install the locked packages; see the message above, then run this again"
    .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
  fi
  .venv/bin/python -m ipykernel install --sys-prefix --name mainstream --display-name Mainstream >/dev/null
  touch "$installed"
}
