#!/usr/bin/env bash
# Builds everything and runs all tests. Needs the .NET 10 SDK. As root on Debian or Ubuntu it first installs libturbojpeg0, without
# which the JPEG tests are skipped.
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
if ! ldconfig -p | grep -q libturbojpeg && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -q && apt-get install -yq --no-install-recommends libturbojpeg0
fi
dotnet build EdgeNet.sln -c Release --nologo -v q
dotnet test EdgeNet.sln -c Release --no-build --nologo
