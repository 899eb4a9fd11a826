#!/bin/sh
# Writes requirements/*.txt: exact versions with hashes and without the address of any index, for every Python from 3.11 on.
set -eu
cd "$(dirname "$0")/.."
oldest=$(mktemp)
trap 'rm -f "$oldest"' EXIT

lock() {
  .venv/bin/uv pip compile --quiet --upgrade --python-version 3.11 --no-emit-index-url --no-annotate \
    --custom-compile-command 'make lock' "$@" >/dev/null
}
# One version for all: what Python 3.11 gets binds the others, so that a number does not depend on the Python.
lock pyproject.toml --group build --group dev --output-file "$oldest"
lock pyproject.toml --group build --universal --generate-hashes --constraints "$oldest" --output-file requirements/runtime.txt
lock --group dev --universal --generate-hashes --constraints "$oldest" --output-file requirements/dev.txt
