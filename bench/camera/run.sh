#!/usr/bin/env bash
# The pedestrian camera from source to counts, every frame of two videos and of a folder of photos: frames a second, and the part of the
# detector's work on a frame that is not the network.
#   bench/camera/run.sh [--shared FOLDER] [--model FILE.edgenet]     needs ffmpeg, libturbojpeg0 and what publishing needs (clang, zlib1g-dev)
# ffmpeg decodes in a process of its own, on the same processors: frames a second have that in them, milliseconds have not.
set -euo pipefail
cd "$(dirname "$0")"
shared=../../../shared model=()
while [ $# -gt 0 ]; do
  case $1 in
    --shared) shared=$2; shift 2 ;;
    --model) model=(--model "$(realpath "$2")"); shift 2 ;;
    *) echo "run.sh: $1: expected --shared or --model" >&2; exit 2 ;;
  esac
done
shared=$(realpath "$shared")
dotnet publish ../../firmware-samples/PedestrianCamera -c Release -f net9.0 -r linux-x64 --nologo -v q -o ../../artifacts/camera >&2
camera=../../artifacts/camera/pedestrian-camera

look() { # what, threads, arguments
  "$camera" "${@:3}" "${model[@]}" --every-frame --no-page --threads "$2" --json | python3 -c "
import json, sys
r = json.load(sys.stdin); t = r['milliseconds']
print('| %s | %d | %d | %.0f | %.2f | %.2f | %.2f | %.0f %% | %d |' % ('$1', $2, r['frames'], r['framesPerSecond'], t['prepare'], t['infer'], t['decode'] + t['follow'], 100 * r['notInference'], r['people']))"
}

echo "| source | threads | frames | frames a second | prepare, ms | network, ms | decode and follow, ms | not the network | people counted |"
echo "|---|---|---|---|---|---|---|---|---|"
for threads in 1 2; do
  for name in pedestrians pinto_testvideo2; do look "$name.mp4, ffmpeg" $threads --source "ffmpeg:$shared/data/video/$name.mp4"; done
  ffmpeg -loglevel error -i "$shared/data/video/pedestrians.mp4" -vf scale=640:-2 -f yuv4mpegpipe -pix_fmt yuv420p - | look "pedestrians.mp4 640×360, Y4M on stdin" $threads --source stdin
  look "Penn-Fudan, 113 photos" $threads --source "folder:$shared/data/pennfudan/images"
done
