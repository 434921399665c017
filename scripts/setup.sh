# What the other scripts begin with: where the project is, what they say, and the tools they need. Sourced, not run.

project="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

say() { printf '==> %s\n' "$*" >&2; }

die() {
    printf 'scripts/%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# need_packages NAME...: installs those of these Debian packages that are missing.
need_packages() {
    local package missing=() sudo=()
    command -v dpkg-query >/dev/null || die "this system has no Debian packages; these are needed: $*"
    for package in "$@"; do
        [[ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" == 'install ok installed' ]] || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    if ((EUID != 0)); then
        command -v sudo >/dev/null || die "only root can install the missing Debian packages: ${missing[*]}"
        sudo=(sudo)
    fi
    say "Installing Debian packages: ${missing[*]}"
    "${sudo[@]}" apt-get update -qq >&2 || die 'apt-get update failed'
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
        die "apt-get could not install: ${missing[*]}"
}

# What the build links, fetches with, and is tried out with.
need_build_tools() {
    need_packages ca-certificates curl gcc git libc6-dev libcurl4 libncurses6 libsqlite3-dev libstdc++-12-dev \
        libxml2-dev procps zlib1g-dev
    command -v swift >/dev/null ||
        die 'swift is missing: install Swift 6.2 or newer (https://www.swift.org/install/linux/) and put it on the PATH'
}

# SwiftPM hands a package's traits to the compiler in the order of a hash table, another one in every run, and then builds
# what has them again. With the same hashes in every run it builds only what has changed.
build() { SWIFT_DETERMINISTIC_HASHING=1 swift build "$@"; }

build_release() {
    if [[ -x .build/release/postern ]]; then
        say 'Building what has changed'
    else
        say 'Building for the first time: about ten minutes on two cores'
    fi
    build -c release --product postern >&2 || die 'the build failed; see above'
}

# use_python REQUIREMENTS...: the Python of .venv, with what the requirements files name.
use_python() {
    local stamp
    need_packages python3 python3-venv
    stamp="$(cat "$@" | sha256sum)"
    if [[ "$(cat .venv/postern-requirements 2>/dev/null)" != "$stamp" ]]; then
        say "Installing Python packages into .venv: $*"
        [[ -x .venv/bin/pip ]] || python3 -m venv .venv || die 'python3 could not make .venv'
        .venv/bin/python -m pip install --quiet --disable-pip-version-check "${@/#/--requirement=}" ||
            die "pip could not install: $*"
        printf '%s\n' "$stamp" >.venv/postern-requirements
    fi
}
