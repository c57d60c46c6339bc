#!/bin/bash
# Builds the parts of test/fixtures/links/parts.c for both byte orders, links every two parts of a kind, and records the
# SHA-256 of what comes, or libbpf's first message, in test/data/links.csv.
# Usage: scripts/record-links.sh BPFTOOL [BPFTOOL_OF_BIG_ENDIAN]
#   BPFTOOL  7.5 of Linux 6.12; for big-endian objects one of libbpf 1.5.0 to 1.7.0, which link them on any machine
# Needs: clang-19, llvm-19
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/../test/fixtures/links"
for part in $(grep -o 'defined([a-z_0-9]*)' parts.c | sed 's/defined(\(.*\))/\1/' | sort -u) without_btf; do
  for order in el eb; do
    debug=-g
    [ "$part" = without_btf ] && debug=
    clang-19 --target=bpf$order -mcpu=v3 -O2 $debug -Wno-extern-initializer -Wno-ignored-attributes -D"$part" -c parts.c -o $order/"$part".o
    llvm-strip-19 -g $order/"$part".o
  done
done
out=$(mktemp)
trap 'rm -f "$out"' EXIT
record() { # bpftool order part part
  local said result
  if said=$("$1" gen object "$out" "$2/$3.o" "$2/$4.o" 2>&1); then result=$(sha256sum "$out" | cut -d' ' -f1)
  else result=$(echo "$said" | head -1 | sed 's/^libbpf: //; s/"/""/g'); fi
  [[ $said == libbpf:* || $result =~ ^[0-9a-f]{64}$ ]] || result=crashed
  echo "$2,$3,$4,\"$result\""
}
{
  echo order,first,second,result
  for order in el eb; do
    tool=$1
    [ $order = eb ] && tool=${2:-}
    [ -z "$tool" ] && continue
    for kind in var fn fwd struct enum map sec; do
      for first in "$order"/${kind}_*.o; do
        for second in "$order"/${kind}_*.o; do record "$tool" $order "$(basename "$first" .o)" "$(basename "$second" .o)"; done
      done
    done
    for part in other_license without_btf; do
      record "$tool" $order sec_empty $part
      record "$tool" $order $part var_strong
    done
  done
} > ../../data/links.csv
