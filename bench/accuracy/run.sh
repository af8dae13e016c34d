#!/usr/bin/env bash
# Accuracy of the real models on the photos beside the repository, measured through the whole house: import, .edgenet file, eval; and,
# after `npm ci --ignore-scripts` in bench/peers/onnxruntime, that of ONNX Runtime on the same inputs.
#   bench/accuracy/run.sh [FOLDER OF THE SHARED MATERIAL] > bench/results/accuracy.txt
set -euo pipefail
cd "$(dirname "$0")"
shared=$(realpath "${1:-../../../shared}")
dotnet build ../../compressor/EdgeNet.Cli -c Release -v q --nologo >&2
dotnet build replay -c Release -v q --nologo >&2
edgenet=../../artifacts/bin/EdgeNet.Cli/release/edgenet
replay=../../artifacts/bin/Replay/release/Replay
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
people="$shared/data/pennfudan/images"
boxes="$shared/data/pennfudan/boxes.tsv"
photos="$shared/data/imagenet256"

measure() { # model, card, eval options
  $edgenet convert "$shared/models/$1.onnx" --card "cards/$2.json" -o "$work/model.edgenet" >&2
  echo "== $1 ($(stat -c %s "$work/model.edgenet") bytes as .edgenet)"
  $edgenet eval "$work/model.edgenet" "${@:3}"
}

peer() { # model, input shape, pictures, table of boxes or -, class or label offset
  [ -d ../peers/onnxruntime/node_modules ] || return 0
  rm -rf "$work/tensors"
  $replay prepare "$work/model.edgenet" "$3" "$work/tensors"
  node ../peers/onnxruntime/replay.mjs "$shared/models/$1.onnx" "$work/tensors" "$2"
  $replay score "$work/model.edgenet" "$3" "$work/tensors" "$4" "$5"
}

detector() { # model, card, input shape, class
  measure "$1" "$2" --data "$boxes" --images "$people" --class "$4"
  peer "$1" "$3" "$people" "$boxes" "$4"
}

classifier() { # model, card, input shape, label offset
  measure "$1" "$2" --data "$photos" --format numbered --label-offset "$4"
  peer "$1" "$3" "$photos" - "$4"
}

measure lenet_mnist lenet --data "$shared/data/mnist"
detector pedestrian_ssd_mobilenet_v1_adas0002_384x672 pedestrian_ssd 1,3,384,672 1
detector pedestrian_ssd_mobilenet_v1_adas0002_384x672_int8_qdq pedestrian_ssd 1,3,384,672 1
detector ssd_mobilenet_v1_coco_300 ssd_mobilenet_v1_coco_300 1,3,300,300 1
detector ssd_mobilenet_v1_coco_300_int8_qdq ssd_mobilenet_v1_coco_300 1,3,300,300 1
detector nanodet_m_320 nanodet_m_320 1,3,320,320 0
for model in mobilenet_v1_1.0_224 mobilenet_v1_1.0_224_int8_qdq mobilenet_v2_1.0_224 mobilenet_v2_1.0_224_int8_qdq; do
  classifier $model mobilenet 1,3,224,224 1
done
classifier mobilenet_v1_0.25_128 mobilenet 1,3,128,128 1
classifier mobilenet_v1_0.25_128_int8_qdq mobilenet 1,3,128,128 1
classifier squeezenet_v1.1_227 squeezenet 1,3,227,227 0
