#!/usr/bin/env bash
# Packs into .device what a GPU machine without a network needs beside the working tree: training text in parts of at most
# 19 MiB, the tokenizer, and wheels of what its Python lacks. Usage: pack.sh CORPUS [RUN], RUN being a run to go on with.
set -euo pipefail
corpus=$1 run=${2:-}
cd "$(dirname "$0")/../.."
rm -rf .device
mkdir -p .device/run
xz -T0 -c "$corpus/train.jsonl" | split -b 19M - .device/train.jsonl.xz.
cp "$corpus/corpus.json" .device/
for kept in tokenizer.json origin.json; do
	[ ! -f "$run/$kept" ] || cp "$run/$kept" .device/run/
done
PYTHON=${PYTHON:-.venv-test/bin/python}
"$PYTHON" -m pip download --quiet --no-deps --only-binary=:all: --python-version 312 --platform manylinux_2_28_x86_64 \
	--platform manylinux2014_x86_64 --platform any --dest .device/wheels --constraint constraints.txt \
	cattrs pathspec platformdirs tree-sitter tree-sitter-python
du -sh .device
