#!/usr/bin/env bash
# Trains pedestrian.onnx, the detector that ships, and measures it on photos that it never saw:
#   firmware-samples/models/train.sh [FOLDER OF THE SHARED MATERIAL] [FOLDER FOR THE RESULTS]
# 113 street photos (Penn-Fudan) with boxes and masks: every third, from the first on, is held out and only looked at; people are cut out of
# the other 75 and pasted on them and on 500 photos of other things. Where a larger detector suspects a person on those, training lets the
# place be. The weights are those of the last epoch: nothing is chosen by the photos held out. The same seed gives the same weights on any
# number of threads (bit for bit on processors with the same vector instructions).
set -euo pipefail
cd "$(dirname "$0")"
shared=$(realpath "${1:-../../../shared}")
work=$(realpath -m "${2:-../../artifacts/pedestrian}")
dotnet build ../../compressor/EdgeNet.Cli -c Release -v q --nologo >&2
edgenet=$(realpath ../../artifacts/bin/EdgeNet.Cli/release/edgenet)
mkdir -p "$work/photos"

cards=$(realpath ../../bench/accuracy/cards)
cd "$work"
ln -sfn "$shared/data/imagenet256" photos/images
[ -f coco.edgenet ] || "$edgenet" convert "$shared/models/ssd_mobilenet_v1_coco_300.onnx" --card "$cards/ssd_mobilenet_v1_coco_300.json" -o coco.edgenet
[ -f photos/boxes.tsv ] || "$edgenet" label coco.edgenet --data photos/images -o photos/boxes.tsv --class 1 --sure 1 --unsure 0.45

"$edgenet" train --architecture ssd-mobilenet-v1-people --data "$shared/data/pennfudan/boxes.tsv" --repeat 6 --also photos/boxes.tsv \
  --hold-out 3 --keep last --epochs 60 --batch 16 --rate 0.002 --warm-up 1 --clip 10 \
  --augment "flip,zoomout:2@0.3,ssdcrop@0.6,resize,paste:1:3:0.25:0.95@0.6,color:0.3,grey@0.05,noise:6@0.3,blur@0.2,jpeg@0.2,lowlight@0.15" \
  --checkpoint pedestrian.checkpoint --report pedestrian.html -o pedestrian.edgenet -o pedestrian.onnx

# As anybody would measure the file: through the runtime.
awk -F'\t' 'NR == 1 { print; next } !($1 in place) { place[$1] = n++ } place[$1] % 3 == 0' "$shared/data/pennfudan/boxes.tsv" > held-out.tsv
"$edgenet" eval pedestrian.edgenet --data held-out.tsv --images "$shared/data/pennfudan/images" --class person
