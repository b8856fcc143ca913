#!/usr/bin/env bash
# Installs what is missing of a list of Debian packages; asks for nothing if nothing is, removes none.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8 # the path may hold any character, and apt's words are looked at below

is_installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

packages=()
while read -r package; do
    packages+=("$package")
done <"${1:?the file that lists the packages}"

if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
    cat >&2 <<END
This is not Debian or one of its kind (Ubuntu, Raspberry Pi OS). Install the counterparts of these
packages: ${packages[*]}
then: mkdir -p .cache/make && touch .cache/make/debian     and make again.
END
    exit 1
fi

machine=$(dpkg --print-architecture)
case $machine in
    amd64 | arm64) ;;
    *)
        cat >&2 <<END
Anban needs a 64-bit system, amd64 or arm64; this one is $machine.
The libraries that hear and understand are not made for it. On a Raspberry Pi 3 or later install
the 64-bit Raspberry Pi OS (the kernel alone may be 64-bit already; the system is not).
END
        exit 1
        ;;
esac

# PulseAudio's server and PipeWire's exclude each other; Anban speaks with either.
pipewire=
for each in pipewire-pulse pipewire-alsa pipewire-audio; do
    ! is_installed "$each" || pipewire=$each
done

missing=()
for package in "${packages[@]}"; do
    if [ "$package" = pulseaudio ] && [ -n "$pipewire" ]; then
        continue
    fi
    is_installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "== Debian packages: ${missing[*]}"
[ -z "$pipewire" ] || echo "   (without pulseaudio: $pipewire is installed, and sound goes through it)"

by_hand() {
    cat >&2 <<END
$1
As root, run:
    apt-get update && apt-get install --no-remove --no-install-recommends ${missing[*]}
and then make again.
END
    exit 1
}

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || by_hand "Packages are missing, and there is no sudo."
    as_root=(sudo)
    sudo true || by_hand "Packages are missing, and sudo does not let you install them."
fi
"${as_root[@]}" apt-get update -q ||
    echo "The lists of packages could not be renewed; going on with those that are there." >&2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
    apt-get install -y -q --no-remove --no-install-recommends "${missing[@]}" ||
    by_hand "apt-get did not install them; the reason stands above. Nothing was removed. If a server
of Debian cannot be reached from here, give apt a mirror; if packages would have to be
removed, decide that yourself."
