#!/usr/bin/env bash
# What our post-training quantization costs and gains on real models, with plain per-tensor min-max beside it:
#   bench/compression/int8/run.sh [FOLDER OF THE SHARED MATERIAL]
set -euo pipefail
cd "$(dirname "$0")"
shared=$(realpath "${1:-../../../../shared}")
dotnet build . -c Release -v q --nologo >&2
int8=../../../artifacts/bin/Int8Bench/release/Int8Bench
cards=../../accuracy/cards
people=("$shared/data/pennfudan/images" --boxes "$shared/data/pennfudan/boxes.tsv" --calibrate-every 8)

for model in mobilenet_v1_1.0_224 mobilenet_v2_1.0_224 mobilenet_v1_0.25_128; do
  $int8 "$shared/models/$model.onnx" $cards/mobilenet.json "$shared/data/imagenet256" --label-offset 1
done
$int8 "$shared/models/squeezenet_v1.1_227.onnx" $cards/squeezenet.json "$shared/data/imagenet256"
$int8 "$shared/models/ssd_mobilenet_v1_coco_300.onnx" $cards/ssd_mobilenet_v1_coco_300.json "${people[@]}"
$int8 "$shared/models/pedestrian_ssd_mobilenet_v1_adas0002_384x672.onnx" $cards/pedestrian_ssd.json "${people[@]}"
$int8 "$shared/models/nanodet_m_320.onnx" $cards/nanodet_m_320.json "${people[@]}" --class 0
$int8 "$shared/models/resnet20_cifar10.onnx" cifar10.json "$shared/data/cifar10/test_batch_1000.png" \
  --rows "$shared/data/cifar10/test_batch_1000.labels.txt" --calibrate-every 10
