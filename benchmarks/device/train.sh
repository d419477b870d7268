#!/usr/bin/env bash
# Trains on a GPU machine from what pack.sh packed, and leaves in $OUT what must last: the curves, and the weights in parts.
# Usage, from the repository's root: train.sh RUN DURATION [options of lacuna train]; a warm machine goes on with its runs.
# Here again: python -m lacuna.benchmarks.device.carry checkpoint FOLDER RUN, then lacuna export RUN ARTIFACT.
set -euo pipefail
name=${1:?train.sh RUN DURATION} duration=${2:?train.sh RUN DURATION}
shift 2
work=${WORK:-/tmp/lacuna}
run=$work/$name
export PYTHONPATH=$work/names:$work/packages:$PWD PYTHONUNBUFFERED=1 TORCHINDUCTOR_FX_GRAPH_CACHE=1
PYTHON=${PYTHON:-python3}
if [ ! -f "$work/ready" ]; then # also where a visit broke off in the middle of this
	rm -rf "$work"
	mkdir -p "$work/names/lacuna"
	"$PYTHON" -m pip install --quiet --no-index --no-deps --target "$work/packages" .device/wheels/*.whl
	for package in syntax workspace model export infill benchmarks lsp_server; do ln -s "$PWD/$package" "$work/names/lacuna/$package"; done
	ln -s "$PWD/editor-clients/cli" "$work/names/lacuna/cli"
	"$PYTHON" -m lacuna.benchmarks.device.carry corpus .device "$work/corpus" "$work/begun"
	touch "$work/ready"
fi
[ -d "$run" ] || cp -r "$work/begun" "$run"
"$PYTHON" -m lacuna.cli train --recipe wide --run "$run" --corpus "$work/corpus" --for "$duration" "$@"
"$PYTHON" -m lacuna.benchmarks.device.carry weights "$run" "$OUT"
