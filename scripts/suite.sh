#!/bin/bash
# Builds the BPF selftests of Linux 6.12 and compares the verifier's verdict on each of their programs with the one that
# Linux 6.18 gave (test/data/suite/): fails where a program leaves agreement, or comes to it and is still on the list of
# those that do not agree. Nothing of the suite, which is GPL, is kept or committed; nothing is loaded into a kernel.
# Usage: scripts/suite.sh [FOLDER]    (default: a scratch folder that is removed; objects that are there are not built)
# Needs, on Debian 12: apt-get install -y linux-source-6.12 clang-19 gcc make python3 xz-utils
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
DATA=$ROOT/test/data/suite
BTF=/sys/kernel/btf/vmlinux
TAR=/usr/src/linux-source-6.12.tar.xz
count=$(($(wc -l <"$DATA/verdicts-6.18.csv") - 1))

skip() {
  echo "suite: $1: $count programs are not compared"
  exit 0
}

# Offsets of fields and numbers of kernel functions are in the programs: another kernel's types, another verdict.
[ -r "$BTF" ] || skip "no types of a running kernel ($BTF)"
[ "$(sha256sum <"$BTF" | cut -d' ' -f1)" = "$(cat "$DATA/kernel-btf.sha256")" ] || skip "the types of this kernel ($(uname -r)) are not those of the recording"
for tool in clang-19 gcc make python3 xz; do
  command -v "$tool" >/dev/null || skip "$tool is not installed"
done
[ -f "$TAR" ] || skip "linux-source-6.12 is not installed"

if [ $# -gt 0 ]; then
  W=$(mkdir -p "$1" && cd "$1" && pwd)
else
  W=$(mktemp -d)
  trap 'rm -rf "$W"' EXIT
fi
cd "$W"
L=$W/linux-source-6.12
S=$L/tools/testing/selftests/bpf

if [ ! -d objects ]; then
  tar xf "$TAR" linux-source-6.12/{Makefile,tools,scripts,include/uapi}
  mkdir -p lb root/include built
  make -s -C "$L/tools/lib/bpf" OUTPUT="$W/lb/" DESTDIR="$W/root" prefix= install_headers >headers.log 2>&1 || { cat headers.log; exit 1; }
  "$ROOT/bin/ebpfts" btf dump file "$BTF" format c >root/include/vmlinux.h
  SYSTEM=$(clang-19 -v -E - </dev/null 2>&1 | sed -n '/<...> search starts here:/,/End of search list./{ s| \(/.*\)|-idirafter \1|p }')
  export W L S SYSTEM
  compile() {
    local name extra= macro
    name=$(basename "$1" .c)
    # Those that the suite's Makefile compiles so.
    case $name in bind4_prog | bind6_prog | dynptr_fail | linked_list_fail | map_kptr_fail | syscall | test_pkt_md_access | test_sk_lookup | timer_crash | test_global_func9 | verifier_nocsr) extra=-fno-strict-aliasing ;; esac
    for macro in -DPLAIN -DBPF_NO_KFUNC_PROTOTYPES; do
      clang-19 -g -ffile-prefix-map="$W"=. -D__TARGET_ARCH_x86 -mlittle-endian -I"$W/root/include" -I"$S" \
        -I"$L/tools/include/uapi" -w $SYSTEM -DENABLE_ATOMICS_TESTS $extra $macro -O2 --target=bpf -mcpu=v3 \
        -c "$1" -o "$W/built/$name.bpf.o" 2>/dev/null && return
    done
    rm -f "$W/built/$name.bpf.o"
  }
  export -f compile
  find "$S/progs" -name '*.c' -print0 | xargs -0 -P "$(nproc)" -I{} bash -c 'compile {} || true'
  mv built objects
fi
echo "suite: $(find objects -name '*.o' | wc -l) objects"

# One process a processor, each with every n-th program.
n=$(nproc)
for ((i = 0; i < n; i++)); do
  awk -v n="$n" -v i="$i" 'NR == 1 || NR % n == i' "$DATA/verdicts-6.18.csv" >"part$i.csv"
  (cd "$ROOT" && npx tsx scripts/verdicts.ts "$W/objects" "$W/part$i.csv" --list >"$W/part$i.tsv") &
  parts+=($!)
done
for part in "${parts[@]}"; do wait "$part"; done
cd "$ROOT"
npx tsx scripts/known-verdicts.ts "$DATA/known.tsv" "$W"/part*.tsv
