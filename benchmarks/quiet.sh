#!/bin/sh
# Make every speed figure of README.md and docs/results.md in one go, on a quiet machine: sh benchmarks/quiet.sh
#
# Run it from the repository's root with the Python that has byhand and its peers:
#
#     python3 -m venv peers && peers/bin/python -m pip install '.[bench,images]'     (some 2 GB; peers that are missing
#     PYTHON=peers/bin/python BYHAND_DATA=folder-of-mnist sh benchmarks/quiet.sh      are left out and said so)
#
# Peers: torch, jax, scikit-learn, keras, onnx, onnxruntime. MNIST is needed. About 35 minutes on two cores:
# kernels 6, epochs 12, latency 1, memory 2, startup 1, whole process 1, time to accuracy 5, busy 3, populations 2,
# what lies between layers 1. A step whose peer is missing fails, is named at the end, and stops no other.
# Records go to benchmarks/records, the table of kernels to src/byhand/engines/kernel_table.json, and
# tools/make_results.py puts the figures into the pages. Look at `git diff` before you commit: a work that was
# "too noisy to tell" should be measured again.
set -u
PYTHON=${PYTHON:-python3}
QUIET=${QUIET:-0.5} # load, the mean of the last minute, above which nothing is measured
export OPENBLAS_NUM_THREADS="${OPENBLAS_NUM_THREADS:-$($PYTHON -c 'from byhand.engines.available_cpus import available_cpus as n; print(n())')}"

$PYTHON - "$QUIET" <<'CHECK' || exit 1
import os, sys
from importlib.util import find_spec
from byhand.bench.report import machine_line, machine_state
state = machine_state()
print(machine_line(state))
print("peers:", ", ".join(n for n in ("torch", "jax", "sklearn", "keras", "onnxruntime") if find_spec(n)) or "none")
if state["load"] is not None and state["load"] > float(sys.argv[1]):
    sys.exit(f"the load is {state['load']}, and only a machine below {sys.argv[1]} is quiet. QUIET=9 measures anyway.")
CHECK

failed=""
for step in kernels epochs latency memory startup whole_process time_to_accuracy busy populations; do
    echo "== $step, $(date '+%H:%M:%S')"
    $PYTHON "benchmarks/$step.py" --record || failed="$failed $step"
done
echo "== results"
$PYTHON tools/make_results.py || failed="$failed make_results"
$PYTHON benchmarks/between.py --record || failed="$failed between"
[ -z "$failed" ] && echo "all figures are made" && exit 0
echo "not made:$failed"
exit 1
