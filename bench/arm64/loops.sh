#!/usr/bin/env bash
# The inner loops of the ARM kernels as the ahead-of-time compiler writes them: cycles of one iteration by llvm-mca beside its limits.
# Fails if a loop holds a reference to the stack, if a pointwise loop takes more than 5 % over llvm-mca's throughput limit (that of the
# multiply pipes), or a depthwise one more than 30 % over the cycles of its busiest load or vector pipe (there the conversion of sums to
# codes keeps the vector pipes as busy as the products do).
#   bench/arm64/loops.sh                  needs the shared folder `arm64`: beside the repository, or EDGENET_SHARED
#   BINARY=file bench/arm64/loops.sh      a program linked earlier (in an object file the addresses of sections overlap)
# The last column feeds model.sh.
set -euo pipefail
cd "$(dirname "$0")"
shared=${EDGENET_SHARED:-$(realpath ../../../shared)}
if [ -z "${BINARY:-}" ]; then
  export WORK=${WORK:-${TMPDIR:-/tmp}/edgenet-arm64}
  BINARY=$(BUILD_ONLY=1 "$shared/arm64/run-arm64.sh" ../../runtime/EdgeNet.Device/EdgeNet.Device.csproj)
fi

listing=$(mktemp -d)
trap 'rm -rf "$listing"' EXIT
status=0

# kernel, symbol, products of one multiplication that count, percent that are allowed over the limit, processors
loop() {
  local kernel=$1 symbol=$2 lanes=$3 allowed=$4 cpu
  for cpu in "${@:5}"; do
    python3 "$shared/arm64/inner-loops.py" "$BINARY" "$symbol" "$cpu" --asm > "$listing/found"
    if [ "$(grep -c 'cycles per iteration' "$listing/found")" != 1 ]; then
      echo "$kernel: not one loop is named $symbol" >&2
      status=1
      continue
    fi
    sed -n '/^\.Lloop/,$p' "$listing/found" > "$listing/loop.s"
    llvm-mca-19 -mtriple=aarch64 "-mcpu=$cpu" -mattr=+dotprod -iterations=200 -resource-pressure "$listing/loop.s" > "$listing/mca"
    awk -v kernel="$kernel" -v cpu="$cpu" -v lanes="$lanes" -v allowed="$allowed" '
      /stack references/ { match($0, /[0-9]+ stack/); stack = substr($0, RSTART) + 0 }
      / cycles per iteration/ { cycles = $2; throughput = $NF }
      /^\t(fmla|sdot|smull2?|smlal2?)\t/ { products += lanes }
      # llvm-mca: the pipes, their names, then what one iteration takes of each.
      /^\[[0-9.]+\] +- / { name[$1] = $3 }
      /^Resource pressure per iteration/ { getline; split($0, pipe); getline; n = split($0, taken)
        for (i = 1; i <= n; i++) if (name[pipe[i]] ~ /(UnitL|UnitV[01]|UnitW|UnitX)$/ && taken[i] > busiest) busiest = taken[i] }
      END {
        limit = kernel ~ /^pointwise/ ? throughput : busiest
        over = 100 * (cycles / limit - 1)
        bad = stack > 0 || over > allowed
        printf "%-34s %-12s %7.1f cycles %7.1f limit %+6.1f %% %3d stack %8.4f cycles/MAC%s\n", kernel, cpu, cycles, limit, over, stack, cycles / products, bad ? "  FAIL" : ""
        exit bad
      }' "$listing/found" "$listing/mca" || status=1
  done
}

a72=cortex-a72 n1=neoverse-n1 # LLVM has no model of its own for the Cortex-A76, the core that Neoverse N1 is made from.
loop pointwise-f32-neon-8x8 'PointwiseF32__NeonTile_1<.*_N8__.*_N2>' 4 5 $a72 $n1
loop pointwise-s8-neon-4x4 'PointwiseS8__NeonTile_0<.*_N4>' 8 5 $a72 $n1
loop pointwise-s8-neondot-8x8 'PointwiseS8__NeonDotTile_1<.*_N8__.*_N2>' 16 5 $n1
loop depthwise-f32-neon-3x3 'DepthwiseF32__NeonFour3x3<.*_N1>' 4 30 $a72 $n1
loop depthwise-f32-neon-3x3-stride2 'DepthwiseF32__NeonFour3x3<.*_N2>' 4 30 $a72 $n1
loop depthwise-f32-neon-5x5 'DepthwiseF32__NeonFour5x5<.*_N1>' 4 30 $a72 $n1
loop depthwise-f32-neon-5x5-stride2 'DepthwiseF32__NeonFour5x5<.*_N2>' 4 30 $a72 $n1
loop depthwise-f32-neon 'DepthwiseF32__NeonFour$' 4 30 $a72 $n1
loop depthwise-s8-neon-3x3 'DepthwiseS8__NeonFour3x3$' 8 30 $a72 $n1
loop depthwise-s8-neon 'DepthwiseS8__NeonFour$' 8 30 $a72 $n1
loop depthwise-s8-neon-wide 'DepthwiseS8__NeonWideFour$' 4 30 $a72 $n1
# The fourth weight of a dot product is zero: 12 products count.
loop depthwise-s8-neondot-3x3 'DepthwiseS8__NeonDotStride1$' 12 30 $n1
loop depthwise-s8-neondot-3x3-stride2 'DepthwiseS8__NeonDotStride2$' 12 30 $n1

# No other loop of these families may spill either.
python3 "$shared/arm64/inner-loops.py" "$BINARY" '(Pointwise|Depthwise)(F32|S8)__Neon.*(Tile|Four|Pixel|Stride)' $a72 > "$listing/found"
if grep -B1 -E ' [1-9][0-9]* stack references' "$listing/found"; then status=1; fi
exit $status
