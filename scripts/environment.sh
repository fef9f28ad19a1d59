# Sourced by the other scripts: a Python environment in .venv with what a lock file names. Bash 3.2 (macOS) is enough.

# prepare LOCK: make .venv if there is none, and install what LOCK pins unless that was done. Sets $python.
prepare() {
  python=.venv/bin/python
  if ! "$python" -c '' 2>/dev/null; then
    rm -rf .venv
    make_environment
  fi
  local lock=$1 marker=.venv/installed-$1
  if ! cmp -s "$lock" "$marker"; then
    echo "Installing what $lock names (once) ..." >&2
    "$python" -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r "$lock" || exit 1
    cp "$lock" "$marker"
  fi
}

make_environment() {
  local candidate
  for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      "$candidate" -m venv .venv && return
      rm -rf .venv
      echo "Python could not make an environment in .venv (on Debian and Ubuntu: apt install python3-venv)." >&2
      exit 1
    fi
  done
  echo "Rounds needs Python 3.11 or newer (on Debian and Ubuntu: apt install python3 python3-venv)." >&2
  exit 1
}
