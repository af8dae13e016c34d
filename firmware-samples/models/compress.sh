#!/usr/bin/env bash
# Makes pedestrian.edgenet, the detector inside the pedestrian camera, of pedestrian.onnx: small, and int8.
#   firmware-samples/models/compress.sh [FOLDER OF THE SHARED MATERIAL]
# The pictures are those that it was trained with; it is measured on the 38 photos that it never saw.
set -euo pipefail
cd "$(dirname "$0")"
shared=$(realpath "${1:-../../../shared}")
dotnet build ../../compressor/EdgeNet.Cli -c Release -v q --nologo >&2
../../artifacts/bin/EdgeNet.Cli/release/edgenet compress pedestrian.onnx --data "$shared/data/pennfudan/boxes.tsv" --hold-out 3 --also "$shared/data/imagenet256" \
  --recipe pedestrian-int8.yaml -o pedestrian.edgenet
