#!/usr/bin/env bash
# The file that the authors of Deep Compression published, as .edgenet: sizes, whether the weights are the same, and accuracy.
#   bench/compression/squeezenet.sh [FOLDER OF THE SHARED MATERIAL]
# Besides the tools of the house it needs xz, gzip and python3. It fails unless every weight and bias is the same to the bit: a few lines
# of Python that know nothing of the house decode the original, and look for each layer's numbers, all of them in a row, in what
# `edgenet export` writes of the .edgenet file (ONNX holds them plainly, in the same order).
set -euo pipefail
cd "$(dirname "$0")"
shared=$(realpath "${1:-../../../shared}")
dotnet build ../../compressor/EdgeNet.Cli -c Release -v q --nologo >&2
edgenet=../../artifacts/bin/EdgeNet.Cli/release/edgenet
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
original="$shared/models/compressed_SqueezeNet.net"

$edgenet convert "$original" -o "$work/squeezenet.edgenet" 2> /dev/null
$edgenet export "$work/squeezenet.edgenet" -o "$work/squeezenet.onnx" 2> /dev/null

echo "== sizes, bytes"
published=$(stat -c %s "$original")
size() { awk -v name="$1" -v bytes="$2" -v all="$published" 'BEGIN { printf "%-34s %9d  %6.1f %% of the published file\n", name, bytes, 100 * bytes / all }'; }
size "weights as float32 (.onnx)" "$(stat -c %s "$work/squeezenet.onnx")"
size "as published" "$published"
size "as published, gzip -9 (deflate)" "$(gzip -9 -c "$original" | wc -c)"
size "as published, xz -9e" "$(xz -9e -c "$original" | wc -c)"
size ".edgenet, with network and card" "$(stat -c %s "$work/squeezenet.edgenet")"

echo "== weights"
python3 - "$original" "$work/squeezenet.onnx" << 'PYTHON'
import struct, sys
published, onnx = (open(path, "rb").read() for path in sys.argv[1:])
layers = [(96, 3 * 49)]
channels = 96
for squeezed in 16, 16, 32, 32, 48, 48, 64, 64:
    layers += [(squeezed, channels), (4 * squeezed, squeezed), (4 * squeezed, 9 * squeezed)]
    channels = 8 * squeezed
layers.append((1000, channels))
at = 4 * len(layers)
total = stored = found = 0
for (outputs, taps), count in zip(layers, struct.unpack_from("<26I", published)):
    values, bias, codes = at, at + 1024, at + 1024 + 4 * outputs
    gaps = codes + count
    weights = bytearray(4 * outputs * taps)
    place = -1
    for i in range(count):
        place += 1 + (published[gaps + i // 2] >> 4 * (i % 2) & 15)
        value = values + 4 * published[codes + i]
        weights[4 * place:4 * place + 4] = published[value:value + 4]
        stored += any(published[value:value + 4])
    total += outputs * taps
    found += bytes(weights) in onnx and published[bias:codes] in onnx
    at = gaps + (count + 1) // 2
print(f"{total} weights, {stored} of them not zero; {found} of {len(layers)} layers are the same to the bit")
sys.exit(0 if found == len(layers) and at == len(published) else "the weights differ")
PYTHON

echo "== accuracy"
$edgenet eval "$work/squeezenet.edgenet" --data "$shared/data/imagenet256" --format numbered
