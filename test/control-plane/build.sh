#!/usr/bin/env bash
# Builds the programs of a real Kubernetes control plane from the Go modules they are published as, at the versions that
# VERSION/go.mod pins, into a folder that `yardmaster live up --processes` and the tests of live mode look into:
# $YARDMASTER_CONTROL_PLANE, or ~/.cache/yardmaster/control-plane. What is there already is not built again.
#
#   test/control-plane/build.sh [v1.36] [v1.34]     all, if none is named
#
# A version takes 12 minutes of processor time and 300 to 420 MB; Go's own cache grows by 2.5 GB, which "go clean -cache"
# gives back.
set -euo pipefail
cd "$(dirname "$0")"

root=${YARDMASTER_CONTROL_PLANE:-${XDG_CACHE_HOME:-$HOME/.cache}/yardmaster/control-plane}

if ! command -v go > /dev/null; then
  echo 'control plane: there is no Go, which it is built with: https://go.dev/doc/install' >&2
  echo '  without it: put etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok into one folder, and' >&2
  echo '  name that with "yardmaster live up --processes --bin DIR"' >&2
  exit 1
fi

# What is built is known by its modules' hashes and by the Go that built it.
build() {
  local module=$1 version key folder packages
  cd "$module"
  version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
  key=$(cat go.mod go.sum <(go version) | sha256sum | cut -c1-16)
  folder=$root/$version
  if [ "$(cat "$folder/KEY" 2> /dev/null)" = "$key" ]; then
    echo "control plane: $folder is up to date"
  else
    echo "control plane: building $version into $folder: 6 minutes of two processors that are idle, once"
    mapfile -t packages < <(go list tool)
    rm -rf "$folder.new"
    mkdir -p "$folder.new"
    # Without symbols, which halves their size; the versions are what the programs say of themselves.
    CGO_ENABLED=0 go build -trimpath -o "$folder.new/" -ldflags "-s -w $(stamps "$version")" "${packages[@]}"
    # The package of etcd's server has no better name.
    if [ -e "$folder.new/server" ]; then mv "$folder.new/server" "$folder.new/etcd"; fi
    echo "$key" > "$folder.new/KEY"
    rm -rf "$folder"
    mv "$folder.new" "$folder"
  fi
  cd ..
}

# What the release process of each sets at link time. Source: kubernetes, hack/lib/version.sh; kwok, hack/releases.sh.
stamps() {
  local version=$1 minor package
  minor=$(echo "$version" | cut -d. -f2)
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    echo "-X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=$minor -X $package.gitTreeState=clean"
  done
  local kwok
  kwok=$(go list -m -f '{{.Version}}' sigs.k8s.io/kwok 2> /dev/null || true)
  if [ -n "$kwok" ]; then echo "-X sigs.k8s.io/kwok/pkg/consts.Version=$kwok"; fi
}

if [ $# -eq 0 ]; then set -- v*; fi
for module in "$@"; do build "$module"; done
