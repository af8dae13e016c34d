#!/usr/bin/env bash
# The device program compiled for arm64 and run under emulation, on a processor without dot products (Cortex-A72: Raspberry Pi 4) and on
# one with (Cortex-A76: Raspberry Pi 5): selftest, and MobileNet int8, which must print what x64 prints, byte for byte. A stand-in takes
# the place of .NET's runtime library: this checks the compiled kernels, it is no run on a board.
#   bench/arm64/emulate.sh            after `dotnet publish runtime/EdgeNet.Device … -o artifacts/device` and a build of the CLI
# Leaves the program in WORK, a folder outside the repository (its rules for packages are not those of the tools built there).
set -euo pipefail
cd "$(dirname "$0")/../.."
shared=${EDGENET_SHARED:-$(realpath ../shared)}
export WORK=${WORK:-${TMPDIR:-/tmp}/edgenet-arm64} MINIRT_HEAP_MB=${MINIRT_HEAP_MB:-4000}
program=$(BUILD_ONLY=1 "$shared/arm64/run-arm64.sh" runtime/EdgeNet.Device/EdgeNet.Device.csproj)
model=$WORK/mobilenet.edgenet
artifacts/bin/EdgeNet.Cli/release/edgenet convert "$shared/models/mobilenet_v1_1.0_224_int8_qdq.onnx" --card bench/accuracy/cards/mobilenet.json -o "$model"
classes=(run "$model" "$shared/data/grace_hopper.bmp" --top 1001 --threads 1)
artifacts/device/edgenet-device "${classes[@]}" > "$WORK/x64.txt"

status=0
for processor in cortex-a72 cortex-a76; do
  emulated=(timeout 300 qemu-aarch64-static -cpu "$processor" "$program")
  echo "-- $processor: selftest"
  "${emulated[@]}" selftest || status=1
  echo "-- $processor: MobileNet v1 1.0 224 int8"
  "${emulated[@]}" "${classes[@]}" > "$WORK/$processor.txt" && cmp "$WORK/x64.txt" "$WORK/$processor.txt" && echo "all 1001 classes as on x64" || status=1
done
exit $status
