#!/usr/bin/env bash
# Builds everything and runs all tests. Needs the .NET 10 SDK. As root on Debian or Ubuntu it first installs what some tests need, and are
# skipped without: libturbojpeg0 (JPEG), ffmpeg (the camera's videos), chromium (the camera's page).
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
missing=()
ldconfig -p | grep -q libturbojpeg || missing+=(libturbojpeg0)
for program in ffmpeg chromium; do command -v "$program" >/dev/null || missing+=("$program"); done
if [ ${#missing[@]} -gt 0 ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -q && apt-get install -yq --no-install-recommends "${missing[@]}"
fi
dotnet build EdgeNet.sln -c Release --nologo -v q
dotnet test EdgeNet.sln -c Release --no-build --nologo
