#!/usr/bin/env bash
# What `edgenet compress` makes of real models, one line of docs/benchmarks.md each:
#   bench/compression/run.sh [--shared FOLDER] [--out FOLDER] [NAME...]
# Names: lenet-300-100 lenet-5 resnet20 mobilenet-v2 pedestrian detector; all of them if none is given. For each: the table of stages, the
# file, its ledger (JSON), its report (HTML), and `edgenet verify` of the file read back.
set -euo pipefail
cd "$(dirname "$0")"
shared=../../../shared out=../../artifacts/compression names=()
while [ $# -gt 0 ]; do
  case $1 in
    --shared) shared=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    *) names+=("$1"); shift ;;
  esac
done
[ ${#names[@]} -gt 0 ] || names=(lenet-300-100 lenet-5 resnet20 mobilenet-v2 pedestrian detector)
mkdir -p "$out"
shared=$(realpath "$shared") out=$(realpath "$out")
dotnet build ../../compressor/EdgeNet.Cli -c Release -v q --nologo >&2
edgenet=../../artifacts/bin/EdgeNet.Cli/release/edgenet
cards=../accuracy/cards

compress() { # name, arguments of edgenet compress
  echo "== $1"
  local begin=$SECONDS
  $edgenet compress "${@:2}" --recipe "recipes/$1.yaml" --report "$out/$1.html" --ledger "$out/$1.json" -o "$out/$1.edgenet" 2> >(tee "$out/$1.log" >&2)
  echo "$((SECONDS - begin)) s, $(stat -c %s "$out/$1.edgenet") bytes"
  $edgenet verify "$out/$1.edgenet" --ledger "$out/$1.json"
}

for name in "${names[@]}"; do
  case $name in
    # There is no published one: trained here first, 10 epochs.
    lenet-300-100)
      [ -f "$out/lenet-300-100.onnx" ] || $edgenet train --architecture lenet-300-100 --data "$shared/data/mnist" --epochs 10 --batch 64 --rate 0.001 -o "$out/lenet-300-100.onnx" >&2
      compress $name "$out/lenet-300-100.onnx" --data "$shared/data/mnist" ;;
    lenet-5) compress $name "$shared/models/lenet_mnist.onnx" --card $cards/lenet.json --data "$shared/data/mnist" ;;
    resnet20) compress $name "$shared/models/resnet20_cifar10.onnx" --card ../training/resnet20.json --data "$shared/data/cifar10" ;;
    mobilenet-v2) compress $name "$shared/models/mobilenet_v2_1.0_224.onnx" --card $cards/mobilenet.json --data "$shared/data/imagenet256" --hold-out 2 --label-offset 1 ;;
    pedestrian) compress $name "$shared/models/pedestrian_ssd_mobilenet_v1_adas0002_384x672.onnx" --card $cards/pedestrian_ssd.json --data "$shared/data/pennfudan/boxes.tsv" --hold-out 3 ;;
    # The 500 other photos are those that it was trained with, too; the 38 it is measured on are those that it never saw.
    detector) compress $name ../../firmware-samples/models/pedestrian.onnx --data "$shared/data/pennfudan/boxes.tsv" --hold-out 3 --also "$shared/data/imagenet256" ;;
    *) echo "$name: none of lenet-300-100 lenet-5 resnet20 mobilenet-v2 pedestrian detector" >&2; exit 2 ;;
  esac
done
