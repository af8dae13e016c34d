#!/usr/bin/env bash
# What a board notices before the first picture: time from the start of the process to the first result, and memory, for the binary compiled
# ahead of time, beside ONNX Runtime in Node; and what entropy coding of the file costs at load.
#   bench/device/start.sh [FOLDER OF THE SHARED MATERIAL]      REPEATS=15
# Needs Linux on x64, the .NET SDK, clang and, for the peer, `npm ci --ignore-scripts` in bench/peers/onnxruntime.
#
# Two binaries: 'plain' runs on every x64 processor, knows no AVX and so computes with the reference kernels, which nobody should mistake
# for the speed of a first run on a board; 'v3' is what a workstation publishes, -p:IlcInstructionSet=x86-x64-v3.
set -euo pipefail
cd "$(dirname "$0")/../.."
models=$(realpath "${1:-../shared}")/models
repeats=${REPEATS:-15}
work=artifacts/start
small=vww_mobilenet_v1_0.25_96_int8_qdq
large=mobilenet_v1_1.0_224_int8_qdq
mkdir -p "$work"

publish() { # name, arguments...
  local name=$1
  shift
  # The compiler does not look whether its arguments are other ones than last time.
  rm -f artifacts/obj/EdgeNet.Device/release_net9.0_linux-x64/native/edgenet-device.o
  (set -x && dotnet publish runtime/EdgeNet.Device -c Release -f net9.0 -r linux-x64 --nologo -v q -o "$work/$name" "$@") >&2
}

publish plain
publish v3 -p:IlcInstructionSet=x86-x64-v3
dotnet build compressor/EdgeNet.Cli -c Release --nologo -v q >&2
edgenet=artifacts/bin/EdgeNet.Cli/release/edgenet
for model in $small $large; do
  "$edgenet" convert "$models/$model.onnx" -o "$work/$model.edgenet" >&2
  dotnet run bench/device/raw.cs -- "$work/$model.edgenet" "$work/$model.raw.edgenet" >&2
done

size() { stat -c %s "$1"; }

# Starts a runtime that answers lines with times (bench --rounds, rounds.mjs) $repeats times: median and least ms from start to the first
# result, then the process's memory: most ever, now, and what of it is no file.
measure() { # command...
  local times=() memory=() start line
  for ((i = 0; i < repeats; i++)); do
    start=${EPOCHREALTIME/./}
    coproc RUNTIME { exec "$@" 2>/dev/null; }
    local input=${RUNTIME[1]} output=${RUNTIME[0]} process=$RUNTIME_PID
    echo "0 1" >&"$input"
    read -r line <&"$output"
    times+=($((${EPOCHREALTIME/./} - start)))
    echo "0 20" >&"$input"
    read -r line <&"$output"
    memory=($(awk '/^VmHWM|^VmRSS|^RssAnon/ { print $2 }' "/proc/$process/status"))
    exec {input}>&-
    wait "$process" || true
  done
  printf '%s\n' "${times[@]}" | sort -n | awk -v peak="${memory[0]}" -v now="${memory[1]}" -v anonymous="${memory[2]}" -v command="$*" '
    { t[NR] = $1 / 1000 }
    END { printf "%8.1f %8.1f %9.2f %9.2f %9.2f  %s\n", t[int((NR + 1) / 2)], t[1], peak * 1.024e-3, now * 1.024e-3, anonymous * 1.024e-3, command }'
}

echo "bytes: $(size "$work/plain/edgenet-device") edgenet-device plain, $(size "$work/v3/edgenet-device") v3; $(
  find bench/peers/onnxruntime/node_modules -name 'libonnxruntime.so*' -path "*linux/x64*" -exec stat -c %s {} + 2>/dev/null || echo -n absent) ONNX Runtime's library"
for model in $small $large; do echo "bytes: $(size "$work/$model.edgenet") $model.edgenet, $(size "$work/$model.raw.edgenet") without entropy coding"; done
echo "from start to first result, $repeats times, one thread; memory after 21 runs, in MB of 10^6 bytes"
printf '%8s %8s %9s %9s %9s\n' "ms" "least" "peak MB" "MB" "no file"
for model in $small $large; do
  for name in plain v3; do
    for file in "$work/$model.edgenet" "$work/$model.raw.edgenet"; do measure "$work/$name/edgenet-device" bench "$file" --rounds; done
  done
  if [ -d bench/peers/onnxruntime/node_modules ]; then measure node bench/peers/onnxruntime/rounds.mjs "$models/$model.onnx" 1; fi
done
