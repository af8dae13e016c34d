#!/usr/bin/env bash
# Writes the golden models of the end-to-end tests anew: EdgeNet builds models and inputs, ONNX Runtime gives the outputs.
set -euo pipefail
cd "$(dirname "$0")"
tests=$(realpath ../../../tests/EdgeNet.EndToEnd.Tests)
golden=$tests/OnnxRuntime/golden

npm ci --ignore-scripts --no-fund --no-audit
rm -rf "$golden"
EDGENET_WRITE_GOLDEN=$golden dotnet test "$tests" --nologo --filter "FullyQualifiedName~GoldenTests.Models_and_inputs_are_written"
for model in "$golden"/*; do
  inputs=()
  for file in "$model"/inputs/*.npy; do inputs+=("$(basename "$file" .npy)=$file"); done
  node run.mjs "$model/model.onnx" "$model/outputs" "${inputs[@]}"
done
echo "$(find "$golden" -type f -exec cat {} + | wc -c) bytes in $golden"
