#!/usr/bin/env bash
# An hour (or so) of a looped video through the pedestrian camera, with log, snapshots, the page and viewers who come and go: resident memory and
# open descriptors over time, and their change from the tenth minute on.
#   bench/camera/soak.sh PROGRAM VIDEO [MINUTES]     PROGRAM: the published binary; needs ffmpeg and curl
set -euo pipefail
program=$(realpath "$1") video=$(realpath "$2") minutes=${3:-60}
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
cat > "$work/settings.json" <<JSON
{
  "source": { "kind": "ffmpeg", "path": "$video", "loop": true },
  "tracking": { "line": [0.5, 0, 0.5, 1] },
  "log": { "path": "events.jsonl", "maxBytes": 65536, "keep": 2 },
  "snapshots": { "folder": "snapshots", "keep": 20 },
  "page": { "port": 8093 }
}
JSON
"$program" "$work/settings.json" 2> "$work/errors" > "$work/figures" &
camera=$!
sleep 3
( while kill -0 $camera 2>/dev/null; do curl -s -m 50 http://127.0.0.1:8093/stream.mjpeg > /dev/null || true; curl -s http://127.0.0.1:8093/state.json > /dev/null || true; sleep 5; done ) &
for ((second = 0; second < minutes * 60; second += 30)); do
  kill -0 $camera || { cat "$work/errors"; exit 1; }
  echo "$second $(awk '/VmRSS/ { print $2 }' /proc/$camera/status) $(ls /proc/$camera/fd | wc -l)"
  sleep 30
done | tee "$work/samples"
kill -TERM $camera
wait $camera && echo "exit 0" || echo "exit $?"
cat "$work/figures" "$work/errors"
ls "$work/snapshots" | wc -l | sed 's/$/ snapshots/'
awk '{ n++; rss[n] = $2; fd[n] = $3; at[n] = $1 }
  function mean(from, to, v,  i, sum, count) { for (i = 1; i <= n; i++) if (at[i] >= from && at[i] < to) { sum += v[i]; count++ } return count ? sum / count : 0 }
  END { last = at[n]; begin = last < 1200 ? 0 : 600; span = (last - begin) / 4
    printf "resident: %.0f kB in the first quarter from minute %d on, %.0f kB in the last (%+.1f %%); descriptors %.1f, %.1f\n", mean(begin, begin + span, rss), begin / 60,
      mean(last - span, last + 1, rss), 100 * (mean(last - span, last + 1, rss) / mean(begin, begin + span, rss) - 1), mean(begin, begin + span, fd), mean(last - span, last + 1, fd) }' "$work/samples"
