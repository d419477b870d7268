#!/bin/sh
# get_debian.sh FOLDER PACKAGE PROGRAM: put PACKAGE of Debian's SUITE into FOLDER; FOLDER/bin/PROGRAM runs it.
#
# For Debian machines of any release, without root. The program comes with its own libc and all else it links to; the
# machine's packages and apt's state stay as they are. Needs `patchelf` (named by PATCHELF). FOLDER must not move.
set -eu
suite=${SUITE:-forky}
patchelf=${PATCHELF:-patchelf}
package=$2
program=$3
rm -rf "$1"
mkdir -p "$1/apt/lists/partial" "$1/apt/cache/archives/partial" "$1/root" "$1/bin"
folder=$(cd "$1" && pwd -P)
apt=$folder/apt

# The mirror that the machine itself uses, read without need of its package lists; the security archive has no such suite.
mirror=$(apt-get -o Debug::NoLocking=1 -o Dir::State::lists="$apt/lists" update --print-uris |
    sed -n "s|^'\(.*\)/dists/.*|\1|p" | grep -v security | head -n 1)
[ -n "$mirror" ] || { echo "get_debian.sh: apt knows no mirror here; name another $program." >&2; exit 1; }

# Apt reads the machine's configuration after APT_CONFIG's, so that has to be switched off, it cannot be overridden.
# But how downloads are made, through which proxy above all, is the machine's to say.
: >"$apt/status" # nothing is installed: all that the program needs, libc included, is resolved and downloaded
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$apt/sources.list"
apt-config dump Acquire >"$apt/apt.conf"
cat >>"$apt/apt.conf" <<CONFIGURATION
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Debug::NoLocking "1";
APT::Install-Recommends "0";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::Check-Valid-Until "false"; // mirrors of a testing suite may lag; signatures are checked all the same
CONFIGURATION
export APT_CONFIG="$apt/apt.conf"
apt-get --quiet=2 update
apt-get --quiet=2 --yes --download-only install "$package"
for archive in "$apt"/cache/archives/*.deb; do
    dpkg-deb --extract "$archive" "$folder/root"
done

# The program asks for its own loader and libraries. RPATH, not RUNPATH: it holds for the libraries' libraries too.
binary=$(readlink -f "$folder/root/usr/bin/$program")
loader=$(find "$folder/root" -name 'ld-linux*.so.*' -type f)
"$patchelf" --set-interpreter "$loader" --force-rpath --set-rpath "$(dirname "$loader")" "$binary"
rm -rf "$apt" "$folder/root/usr/share/doc" "$folder/root/usr/share/locale" "$folder/root/usr/share/man"
"$binary" --version | head -n 1
ln -s "$binary" "$folder/bin/$program" # last: `make` takes it for the sign that all of this is there
