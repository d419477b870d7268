#!/usr/bin/env bash
# Packs into .device what a GPU machine without a network needs beside the working tree: the training text as its tokens, in
# parts, the tokenizer, and wheels of what its Python lacks. Usage: pack.sh CORPUS RUN, RUN having a tokenizer.
set -euo pipefail
corpus=${1:?pack.sh CORPUS RUN} run=${2:?pack.sh CORPUS RUN}
cd "$(dirname "$0")/../.."
rm -rf .device
PYTHON=${PYTHON:-.venv-test/bin/python}
"$PYTHON" -m lacuna.benchmarks.device.carry tokens "$corpus" "$run" .device
"$PYTHON" -m pip download --quiet --no-deps --only-binary=:all: --python-version 312 --platform manylinux_2_28_x86_64 \
	--platform manylinux2014_x86_64 --platform any --dest .device/wheels --constraint constraints.txt \
	cattrs pathspec platformdirs tree-sitter tree-sitter-python
du -sh .device
