#!/usr/bin/env bash
# What `edgenet train` reaches, and how long it takes, on the data beside the repository:
#   bench/training/accuracy.sh [FOLDER OF THE SHARED MATERIAL]
# LeNet-300-100 and LeNet-5 from nothing on MNIST (60,000 pictures; tested once on the 10,000 of the test set, with the weights of the last
# epoch); ResNet-20 trained on from its published weights on 2,000 pictures of CIFAR-10 (tested on 1,000 others); MobileNet v1 0.25 from
# nothing on folders of photos with and without people (every tenth held out).
set -euo pipefail
cd "$(dirname "$0")"
shared=$(realpath "${1:-../../../shared}")
dotnet build ../../compressor/EdgeNet.Cli -c Release -v q --nologo >&2
edgenet=../../artifacts/bin/EdgeNet.Cli/release/edgenet
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

measure() { # name, arguments of edgenet train
  echo "== $1"
  local begin=$SECONDS
  $edgenet train "${@:2}" -o "$work/$1.edgenet" 2> "$work/$1.log" || { cat "$work/$1.log"; exit 1; }
  echo "$((SECONDS - begin)) s, $(stat -c %s "$work/$1.edgenet") bytes"
}

measure lenet-300-100 --architecture lenet-300-100 --data "$shared/data/mnist" --epochs 10 --batch 64 --rate 0.001
measure lenet-5 --architecture lenet-5 --data "$shared/data/mnist" --epochs 5 --batch 64 --rate 0.001

$edgenet convert "$shared/models/resnet20_cifar10.onnx" --card resnet20.json -o "$work/published.edgenet" 2> /dev/null
measure resnet-20 "$work/published.edgenet" --data "$shared/data/cifar10" --epochs 5 --batch 50 --rate 1e-5 --keep-statistics --augment flip,crop:4

# People: the street photos. No people: the photos on which a detector sees nobody.
mkdir -p "$work/folders/person" "$work/folders/nobody" "$work/photos"
ln -s "$shared/data/imagenet256" "$work/photos/images"
$edgenet convert "$shared/models/ssd_mobilenet_v1_coco_300.onnx" --card ../accuracy/cards/ssd_mobilenet_v1_coco_300.json -o "$work/coco.edgenet" 2> /dev/null
$edgenet label "$work/coco.edgenet" --data "$work/photos/images" -o "$work/photos/boxes.tsv" --class 1 --unsure 0.4 2> /dev/null
ln -s "$shared"/data/pennfudan/images/* "$work/folders/person/"
awk -F'\t' 'NR > 1 && NF == 3 { print $1 }' "$work/photos/boxes.tsv" | while read -r name; do ln -s "$shared/data/imagenet256/$name" "$work/folders/nobody/"; done
echo "$(ls "$work/folders/person" | wc -l) photos of people, $(ls "$work/folders/nobody" | wc -l) of nobody"
measure person --architecture mobilenet-v1 --width 0.25 --input 96x96 --data "$work/folders" --epochs 200 --batch 16 --rate 0.002 --keep last \
  --augment "flip,resizedcrop:0.5:1,color:0.2"
