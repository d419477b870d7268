#!/usr/bin/env bash
# Trains on a GPU machine from what pack.sh packed, and leaves in $OUT what must last: the curves, and the artifact (8 bits, so
# that it fits) in parts of 15 MiB. Usage, from the repository's root: train.sh DURATION [options of lacuna train].
# Here again: cat denoiser.tar.* | tar x, then lacuna train --from denoiser --recipe wide goes on from it.
set -euo pipefail
duration=$1
shift
work=${WORK:-/tmp/lacuna}
if [ ! -d "$work" ]; then # a warm machine has it still, the run with it
	mkdir -p "$work/names/lacuna" "$work/corpus"
	cp -r .device/run "$work/run"
	cat .device/train.jsonl.xz.* | xz -d >"$work/corpus/train.jsonl"
	cp .device/corpus.json "$work/corpus/"
	python3 -m pip install --quiet --no-index --no-deps --target "$work/packages" .device/wheels/*.whl
	for name in syntax model export lsp_server; do ln -s "$PWD/$name" "$work/names/lacuna/$name"; done
	ln -s "$PWD/editor-clients/cli" "$work/names/lacuna/cli"
	ln -s "$PWD/editor-clients/launcher" "$work/names/lacuna_launcher"
fi
export PYTHONPATH=$work/names:$work/packages PYTHONUNBUFFERED=1
python3 -m lacuna.cli train --recipe wide --run "$work/run" --corpus "$work/corpus" --for "$duration" "$@"
python3 -m lacuna.cli export "$work/run" "$work/denoiser" --name wide --recipe wide
cp "$work"/run/losses.{csv,png} "$OUT/"
tar c -C "$work" denoiser | split -b 15M - "$OUT/denoiser.tar."
