#!/usr/bin/env bash
# Accuracy of the real models on the photos beside the repository, measured through the whole house: import, .edgenet file, eval.
#   bench/accuracy/run.sh [FOLDER OF THE SHARED MATERIAL] > bench/results/accuracy.txt
set -euo pipefail
cd "$(dirname "$0")"
shared=$(realpath "${1:-../../../shared}")
edgenet=${EDGENET:-"dotnet run --project ../../compressor/EdgeNet.Cli -c Release --"}
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT

measure() { # model file, card, eval options
  local name=${1%.*} card=$2
  shift 2
  $edgenet convert "$shared/models/$model" --card "cards/$card.json" -o "$files/$name.edgenet" >&2
  echo "== $model ($(stat -c %s "$files/$name.edgenet") bytes as .edgenet)"
  $edgenet eval "$files/$name.edgenet" "$@"
}

for model in lenet_mnist.onnx; do measure "$model" lenet --data "$shared/data/mnist"; done
for model in pedestrian_ssd_mobilenet_v1_adas0002_384x672.onnx pedestrian_ssd_mobilenet_v1_adas0002_384x672_int8_qdq.onnx; do
  measure "$model" pedestrian_ssd --data "$shared/data/pennfudan/boxes.tsv" --images "$shared/data/pennfudan/images" --class 1
done
for model in ssd_mobilenet_v1_coco_300.onnx ssd_mobilenet_v1_coco_300_int8_qdq.onnx; do
  measure "$model" ssd_mobilenet_v1_coco_300 --data "$shared/data/pennfudan/boxes.tsv" --images "$shared/data/pennfudan/images" --class 1
done
for model in nanodet_m_320.onnx; do
  measure "$model" nanodet_m_320 --data "$shared/data/pennfudan/boxes.tsv" --images "$shared/data/pennfudan/images" --class 0
done
for model in mobilenet_v1_1.0_224.onnx mobilenet_v1_1.0_224_int8_qdq.onnx mobilenet_v2_1.0_224.onnx mobilenet_v2_1.0_224_int8_qdq.onnx \
             mobilenet_v1_0.25_128.onnx mobilenet_v1_0.25_128_int8_qdq.onnx; do
  measure "$model" mobilenet --data "$shared/data/imagenet256" --format numbered --label-offset 1
done
for model in squeezenet_v1.1_227.onnx; do measure "$model" squeezenet --data "$shared/data/imagenet256" --format numbered; done
