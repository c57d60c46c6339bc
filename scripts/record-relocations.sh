#!/bin/bash
# Records in test/data/samples-relocated.csv what libbpf hands to the kernel for each little-endian sample object.
# Needs root (maps are created, no program is loaded), gcc, libelf-dev, zlib1g-dev, libssl-dev, and libbpf 1.5:
#   record-relocations.sh LIBBPF_A INCLUDE_FOLDER
set -euo pipefail
LIBBPF=${1:?libbpf.a} INCLUDE=${2:?folder of bpf/libbpf.h}
ROOT=$(cd "$(dirname "$0")/.." && pwd)
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
gcc -O2 -I "$INCLUDE" "$ROOT/scripts/libbpf-loads.c" "$LIBBPF" -lelf -lz -lcrypto -o "$WORK/libbpf-loads"
gunzip -c "$ROOT/data/vmlinux-6.12.117-amd64.btf.gz" >"$WORK/vmlinux.btf"
# The object's name is in the names of its data maps: each compiler's objects get a name of their own.
for compiler in clang-14 clang-19 gcc; do
  for file in "$ROOT/samples/objects/$compiler/el/"*.o; do cp "$file" "$WORK/$compiler--$(basename "$file")"; done
done
OUT=$ROOT/test/data/samples-relocated.csv
{
  echo "# What libbpf 1.5 hands to bpf(2) for each little-endian object of samples/, relocated against data/vmlinux-6.12.117-amd64.btf.gz (scripts/libbpf-loads.c says how to read it)"
  echo "object,object_sha256_16,program,outcome,type,attach_type,flags,license,insns,func_info,line_info,btf,maps"
  "$WORK/libbpf-loads" "$WORK/vmlinux.btf" "$WORK"/*.o | while IFS=, read -r object rest; do
    echo "${object/--//el/},$(sha256sum "$WORK/$object" | cut -c1-16),$rest"
  done
} >"$OUT"
echo "$(grep -vc '^#' "$OUT") lines in $OUT"
