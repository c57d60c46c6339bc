#!/bin/bash
# Records in test/data/adapted.csv what libbpf hands to older kernels for objects of ours: to each it says that the
# kernel lacks what came later. Needs what record-relocations.sh needs:
#   record-adaptation.sh LIBBPF_A INCLUDE_FOLDER
set -euo pipefail
LIBBPF=${1:?libbpf.a} INCLUDE=${2:?folder of bpf/libbpf.h}
ROOT=$(cd "$(dirname "$0")/.." && pwd)
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
gcc -O2 -I "$INCLUDE" "$ROOT/scripts/libbpf-loads.c" "$LIBBPF" -lelf -lz -lcrypto -o "$WORK/libbpf-loads"
gunzip -c "$ROOT/data/vmlinux-6.12.117-amd64.btf.gz" >"$WORK/vmlinux.btf"
OUT=$ROOT/test/data/adapted.csv
record() { # version objects...
  "$WORK/libbpf-loads" -k "$1" "$WORK/vmlinux.btf" "${@:2}" | sed "s/^/$1,/"
}
{
  echo "# What libbpf 1.5 hands to a kernel that lacks what came after a version (scripts/libbpf-loads.c says how to read it)"
  echo "version,object,program,outcome,type,attach_type,flags,license,insns,func_info,line_info,btf,maps"
  for version in 4.18 5.1 5.4 5.7 5.15 6.1 6.12; do record $version "$ROOT/test/fixtures/objects/old_kernels.bpf.o"; done
  record 5.4 "$ROOT"/samples/objects/clang-19/el/*.o
} >"$OUT"
echo "$(grep -vc '^#' "$OUT") lines in $OUT"
