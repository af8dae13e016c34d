#!/usr/bin/env bash
# Modelled milliseconds on boards that were not there to be measured, from what the compiled loops take on llvm-mca's processors:
#   time = (sum over layers of MACs · cycles per MAC of the kernel's inner loop) / clock · 1.2 + bytes of weights / memory bandwidth
# The fifth on top is an allowance for what is outside the loops (epilogues, edges of tiles and images, misses of the cache, other
# layers); weights come from memory once a run. One thread. Both allowances are guesses, not measurements.
#   bench/arm64/loops.sh | bench/arm64/model.sh [MODEL…]     needs compressor/EdgeNet.Cli, built
# By default MobileNet v1 and v2, SSD-MobileNet v1 (of width 0.75) and a pedestrian SSD of the shared models (see loops.sh), and the detector that ships.
set -euo pipefail
cd "$(dirname "$0")"
shared=${EDGENET_SHARED:-$(realpath ../../../shared)}
edgenet=../../artifacts/bin/EdgeNet.Cli/release/edgenet
loops=$(mktemp)
trap 'rm -f "$loops"' EXIT
cat > "$loops"

models=("$@")
[ $# -gt 0 ] || models=("$shared"/models/{mobilenet_v1_1.0_224,mobilenet_v2_1.0_224,ssd_mobilenet_v1_coco_300,pedestrian_ssd_mobilenet_v1_adas0002_384x672}.onnx ../../firmware-samples/models/pedestrian.onnx)
for model in "${models[@]}"; do
  "$edgenet" inspect "$model" | awk -v model="$(basename "$model" .onnx)" '
    FNR == NR { perMac[$1, $2] = $(NF - ($NF == "FAIL") - 1); next }
    # Layers: number, op, name, type[batch, height, width, channels], parameters, MACs.
    $1 ~ /^[0-9]+$/ {
      gsub(/,/, "", $(NF - 1)); gsub(/,/, "", $NF)
      match($0, /\[[0-9]+, [0-9]+/); split(substr($0, RSTART + 1, RLENGTH - 1), size, ", ")
      if ($2 == "DepthwiseConv2D") depthwise[size[2] < height ? 2 : 1] += $NF
      else dense += $NF
      height = size[2]
      parameters += $(NF - 1)
    }
    function cost(kernel, cpu) {
      if ((kernel, cpu) in perMac) return perMac[kernel, cpu]
      print "model.sh: no line of loops.sh on " kernel ", " cpu > "/dev/stderr"
      exit 1
    }
    function stride2(kernel, cpu) { return (kernel "-stride2", cpu) in perMac ? perMac[kernel "-stride2", cpu] : cost(kernel, cpu) }
    function model_ms(cpu, clock, bandwidth, bytes, pointwise, columns) {
      cycles = dense * cost(pointwise, cpu) + depthwise[1] * cost(columns, cpu) + depthwise[2] * stride2(columns, cpu)
      return 1000 * (1.2 * cycles / clock + parameters * bytes / bandwidth)
    }
    END {
      printf "%-28s Cortex-A72 1.5 GHz: fp32 %4.0f ms, int8 %4.0f ms   Cortex-A76 2.4 GHz: fp32 %4.0f ms, int8 %4.0f ms\n", model,
        model_ms("cortex-a72", 1.5e9, 4e9, 4, "pointwise-f32-neon-8x8", "depthwise-f32-neon-3x3"),
        model_ms("cortex-a72", 1.5e9, 4e9, 1, "pointwise-s8-neon-4x4", "depthwise-s8-neon-3x3"),
        model_ms("neoverse-n1", 2.4e9, 10e9, 4, "pointwise-f32-neon-8x8", "depthwise-f32-neon-3x3"),
        model_ms("neoverse-n1", 2.4e9, 10e9, 1, "pointwise-s8-neondot-8x8", "depthwise-s8-neondot-3x3")
    }' "$loops" -
done
