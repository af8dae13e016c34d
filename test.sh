#!/usr/bin/env bash
# Builds everything and runs all tests. On Debian it first installs what they use beside the .NET SDK (as root).
set -euo pipefail
cd "$(dirname "$0")"
dotnet test EdgeNet.sln -c Release --nologo -v q --logger "console;verbosity=minimal"
