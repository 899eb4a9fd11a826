#!/bin/sh
# Sets up .venv with the locked packages and this project: `setup.sh` for the report, `setup.sh dev` for the tests too.
# Where all is there already, it starts no Python and ends at once.
set -eu
cd "$(dirname "$0")/.."

# Where Homebrew keeps Pango; no other system looks at it.
export DYLD_FALLBACK_LIBRARY_PATH=/opt/homebrew/lib:/usr/local/lib:/usr/lib

# A stamp is written when its step has ended, so a step that was cut short is done again.
# It holds the folder, because a .venv does not survive a move.
key() { printf '%s ' "$(pwd -P)" && cat "$@" | cksum; }
is_done() { [ -x .venv/bin/python ] && [ "$(cat ".venv/$1.done" 2>/dev/null)" = "$2" ]; }
mark_done() { printf '%s\n' "$2" >".venv/$1.done"; }

find_python() {
  for name in python3 python3.14 python3.13 python3.12 python3.11; do
    "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null || continue
    echo "$name"
    return
  done
}

# What WeasyPrint opens at its import, and the part of the standard library that Debian packs apart.
print_missing() {
  "$1" - <<'END'
import ctypes
import sys

pattern = "lib{}.{}.dylib" if sys.platform == "darwin" else "lib{}.so.{}"
libraries = {"gobject-2.0": 0, "pango-1.0": 0, "pangoft2-1.0": 0, "harfbuzz": 0, "harfbuzz-subset": 0, "fontconfig": 1}
try:
    import ensurepip, venv
except ImportError:
    print("Python's venv module")
absent = []
for name, version in libraries.items():
    try:
        ctypes.CDLL(pattern.format(name, version))
    except OSError:
        absent.append(name)
if absent:
    print("Pango, which sets the text of the PDF, and its libraries:", ", ".join(absent))
END
}

look() {
  python=$(find_python)
  if [ -n "$python" ]; then
    venv_package=$python-venv
    missing=$(print_missing "$python")
  else
    venv_package=python3-venv
    missing='Python 3.11 to 3.14'
    if command -v python3 >/dev/null; then venv_package=python3.11-venv; fi
  fi
  debian_packages="$venv_package libpangoft2-1.0-0 libharfbuzz-subset0"
}

can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

install_debian() {
  echo "Installing from the system's packages: $*"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null
}

check_system() {
  look
  # shellcheck disable=SC2086  # one word a package
  if [ -n "$missing" ] && can_install && install_debian $debian_packages; then look; fi
  [ -n "$missing" ] || return 0
  cat >&2 <<END
cohortpress needs what this machine does not have:
$(printf '%s\n' "$missing" | sed 's/^/  - /')
Run the command for your system, then make again:
  Debian, Ubuntu   sudo apt-get install $debian_packages
  Fedora           sudo dnf install python3 pango harfbuzz
  macOS            brew install python pango
END
  exit 1
}

install() {
  .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --no-compile "$@" && return
  echo 'The set-up did not end: the message of pip stands above. Is there a network? Then run make again.' >&2
  exit 1
}
install_locked() { install --only-binary :all: --require-hashes --requirement "$1" && compile .venv/lib; }

# Imports from source take four times longer, and where PYTHONDONTWRITEBYTECODE is set they would do so every time.
# Not every sandbox lets Python use all cores (-j 0); a file that cannot be compiled says so when it is imported.
compile() {
  set -- .venv/bin/python -m compileall -qq -x /tests/ "$1"
  "$@" -j 0 2>/dev/null || "$@" || :
}

packages=$(key requirements/runtime.txt)
project=$(key pyproject.toml)
dev=$(key requirements/dev.txt)

if ! is_done packages "$packages"; then
  check_system
  echo 'Setting up .venv: about a minute, only this once.'
  rm -rf .venv
  "$python" -m venv .venv
  install_locked requirements/runtime.txt
  .venv/bin/python -W ignore -c 'import weasyprint'
  mark_done packages "$packages"
fi

if ! is_done project "$project"; then
  install --no-build-isolation --no-deps --editable .
  compile src
  mark_done project "$project"
fi

[ "${1-}" = dev ] || exit 0

if ! is_done dev "$dev"; then
  echo 'Adding the tools of the tests to .venv.'
  # Cut short from here on, a package could look installed and be half there: then begin with a new .venv.
  rm .venv/packages.done
  install_locked requirements/dev.txt
  mark_done packages "$packages"
  mark_done dev "$dev"
fi

for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null && exit
done
if ! can_install || ! install_debian chromium; then
  echo 'There is no chromium: the tests in a browser are skipped.'
fi
