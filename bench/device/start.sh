#!/usr/bin/env bash
# What a board notices before the first picture: time from the start of the process to the first result, and memory, for the binary compiled
# ahead of time, beside ONNX Runtime in Node; and what entropy coding of the file costs at load.
#   bench/device/start.sh [FOLDER OF THE SHARED MATERIAL]
# Needs Linux, the .NET SDK, clang and, for the peer, `npm ci --ignore-scripts` in bench/peers/onnxruntime.
set -euo pipefail
cd "$(dirname "$0")/../.."
models=$(realpath "${1:-../shared}")/models
repeats=${REPEATS:-15}
work=artifacts/start
mkdir -p "$work"
dotnet publish runtime/EdgeNet.Device -c Release -f net9.0 -r linux-x64 --nologo -v q -o "$work/device" >&2
dotnet build compressor/EdgeNet.Cli -c Release --nologo -v q >&2
edgenet=artifacts/bin/EdgeNet.Cli/release/edgenet
for model in vww_mobilenet_v1_0.25_96_int8_qdq mobilenet_v1_1.0_224_int8_qdq; do
  $edgenet convert "$models/$model.onnx" -o "$work/$model.edgenet" 2>/dev/null
done

# Starts a runtime that answers lines with times (bench --rounds, rounds.mjs) $repeats times: median and least ms from start to the first
# result, then the process's memory in kB: most ever, and now.
measure() { # name, command...
  local name=$1 times=() start line status
  shift
  for ((i = 0; i < repeats; i++)); do
    start=${EPOCHREALTIME/./}
    coproc RUNTIME { exec "$@" 2>/dev/null; }
    local input=${RUNTIME[1]} output=${RUNTIME[0]} process=$RUNTIME_PID
    echo "0 1" >&"$input"
    read -r line <&"$output"
    times+=($((${EPOCHREALTIME/./} - start)))
    echo "0 20" >&"$input"
    read -r line <&"$output"
    status=$(awk '/VmHWM|VmRSS|RssAnon/ { print $2 }' "/proc/$process/status" | xargs)
    exec {input}>&-
    wait "$process" || true
  done
  printf '%s\n' "${times[@]}" | sort -n | awk -v name="$name" -v memory="$status" '
    { t[NR] = $1 / 1000 }
    END { split(memory, m, " "); printf "%-52s %8.1f %8.1f %10.1f %10.1f %10.1f\n", name, t[int((NR + 1) / 2)], t[1], m[1] / 1024, m[2] / 1024, m[3] / 1024 }'
}

size() { stat -c %s "$1"; }

echo "edgenet-device: $(size "$work/device/edgenet-device") bytes; ONNX Runtime's library: $(find bench/peers/onnxruntime/node_modules -name 'libonnxruntime.so*' -path '*linux/x64*' -exec stat -c %s {} + 2>/dev/null || echo absent)"
printf '%-52s %8s %8s %10s %10s %10s\n' "from start to first result, one thread" "ms" "least" "peak MiB" "MiB" "anon MiB"
for model in vww_mobilenet_v1_0.25_96_int8_qdq mobilenet_v1_1.0_224_int8_qdq; do
  measure "EdgeNet ${model%_int8_qdq} int8, $(size "$work/$model.edgenet") bytes" "$work/device/edgenet-device" bench "$work/$model.edgenet" --rounds
  if [ -d bench/peers/onnxruntime/node_modules ]; then
    measure "ONNX Runtime ${model%_int8_qdq} int8" node bench/peers/onnxruntime/rounds.mjs "$models/$model.onnx" 1
  fi
done
