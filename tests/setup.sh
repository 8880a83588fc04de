# shellcheck shell=bash
# What the commands of this project need on the machine: looked for, installed where we may, else named with the line to type.
#
# examples/quickstart, tests/run and benches/run source this file, and call only the need_… functions that their work depends on.
# Nothing here needs more of the environment than PATH and HOME. KEEPSTONE_SETUP_MAY_INSTALL=no forbids every change to
# the system and to the Rust toolchain; KEEPSTONE_PYTHON names the Python to use. Everything said goes to stderr.

keepstone_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# The same messages, sorting and decimal points everywhere; C.UTF-8 is part of every glibc that Debian ships.
export LC_ALL=C.UTF-8

say() {
  printf 'keepstone: %s\n' "$*" >&2
}

# built_keepstone [PROFILE]: where `cargo build` leaves the binary.
built_keepstone() {
  (cd "$keepstone_root" && echo "$(realpath -m -- "${CARGO_TARGET_DIR:-target}")/${1:-debug}/keepstone")
}

# stop SENTENCE LINE: ends the script with what is wrong and the exact line that mends it.
stop() {
  printf '\nkeepstone: %s Type this, then run the command again:\n\n    %s\n\n' "$1" "$2" >&2
  exit 1
}

have() {
  command -v "$1" >/dev/null 2>&1
}

# at_least WANTED FOUND: whether the version found is the wanted one or a later one.
at_least() {
  [[ $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]
}

may_install() {
  [[ ${KEEPSTONE_SETUP_MAY_INSTALL:-yes} != no ]]
}

# as_root LINE: the line as this user has to type it.
as_root() {
  if [[ $(id -u) == 0 ]]; then
    echo "$1"
  elif have sudo; then
    echo "sudo sh -c '$1'"
  else
    echo "su -c '$1'"
  fi
}

# install_packages SENTENCE PACKAGE…: installs Debian packages as root or through a sudo that asks nothing, else stops.
install_packages() {
  local sentence=$1 become_root=()
  shift
  local line
  line=$(as_root "apt-get update && apt-get install -y $*")
  if [[ $(id -u) != 0 ]]; then
    become_root=(sudo -n)
  fi
  if ! may_install || ! have apt-get || ! "${become_root[@]}" true 2>/dev/null; then
    stop "$sentence" "$line"
  fi

  say "$sentence Installing $*."
  # sudo and a bare environment may hide the folders that dpkg's own tools are in.
  become_root+=(env DEBIAN_FRONTEND=noninteractive "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin")
  # Without a fresh list an installation may still succeed, so only its own failure counts.
  if [[ -z ${keepstone_lists_updated:-} ]]; then
    "${become_root[@]}" apt-get update -qq >/dev/null 2>&1 </dev/null || true
    keepstone_lists_updated=yes
  fi
  local words
  words=$("${become_root[@]}" apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" 2>&1 </dev/null) || {
    printf '%s\n' "$words" >&2
    stop "apt-get could not install $* (its own words stand above)." "$line"
  }
}

cc_works() {
  local folder works=no
  have cc || return 1
  folder=$(mktemp -d)
  printf '#include <stdio.h>\nint main(void) { return 0; }\n' >"$folder/probe.c"
  if cc -o "$folder/probe" "$folder/probe.c" 2>/dev/null; then works=yes; fi
  rm -rf "$folder"
  [[ $works == yes ]]
}

# A C compiler with the C library's headers: SQLite and Zstandard are built from source, and Rust links with cc.
need_cc() {
  cc_works && return
  install_packages "There is no working C compiler (cc)." gcc libc6-dev
  cc_works || stop "cc still compiles nothing after gcc and libc6-dev were installed." "cc --version"
}

# rustup as it has to be typed: need_rust finds it off PATH, a shell does not.
rustup=rustup
have rustup || rustup=${CARGO_HOME:-\~/.cargo}/bin/rustup

# What installs Rust, with a profile of rustup's.
rustup_line() {
  local line="curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile $1"
  if have curl; then
    echo "$line"
  else
    echo "$(as_root "apt-get update && apt-get install -y curl ca-certificates") && $line"
  fi
}

# cargo_is WANTED: whether the cargo on PATH is that version or a later one; sets `found` to its version.
cargo_is() {
  found=$(cd "$keepstone_root" && cargo --version 2>/dev/null) || return 1
  found=${found#cargo }
  found=${found%% *}
  at_least "$1" "$found"
}

# Cargo, new enough for this package. It is looked for where rustup puts it, too: only a login shell has that on PATH,
# and a distribution's older one may come first. Rust itself is never installed unasked, because its installer is a
# script from the network.
need_rust() {
  local found wanted
  wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' "$keepstone_root/Cargo.toml")
  cargo_is "$wanted" && return
  PATH=${CARGO_HOME:-${HOME:-}/.cargo}/bin:$PATH
  cargo_is "$wanted" && return

  have cargo || stop "Rust is not installed (no cargo on PATH or in ~/.cargo/bin)." "$(rustup_line minimal)"
  [[ -n $found ]] || stop "cargo is there, but no Rust toolchain behind it." "$rustup default stable"
  have rustup || stop "keepstone needs Rust $wanted or later; this is $found." "$(rustup_line minimal)"
  stop "keepstone needs Rust $wanted or later; this is $found." "$rustup update stable && $rustup default stable"
}

rustfmt_and_clippy_work() {
  (cd "$keepstone_root" && cargo fmt --version && cargo clippy --version) >/dev/null 2>&1
}

# rustfmt and clippy, which rustup's minimal profile leaves out.
need_rustfmt_clippy() {
  local line="$rustup component add rustfmt clippy"
  need_rust
  rustfmt_and_clippy_work && return
  have rustup || stop "rustfmt or clippy is missing, and this Rust is not rustup's." "$(rustup_line default)"
  may_install || stop "rustfmt or clippy is missing." "$line"
  say "rustfmt or clippy is missing. Adding them to the Rust toolchain."
  (cd "$keepstone_root" && rustup component add rustfmt clippy) >&2 ||
    stop "rustup could not add rustfmt and clippy (its own words stand above)." "$line"
  rustfmt_and_clippy_work || stop "rustfmt or clippy is missing." "$line"
}

# find_python: sets `python` to the first Python that is new enough for tests/requirements.txt and can make a venv.
# Debian's own comes first: a Python from elsewhere on PATH may be gone tomorrow, and the venv with it.
find_python() {
  local candidate
  for candidate in ${KEEPSTONE_PYTHON:-/usr/bin/python3 python3}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null &&
      "$candidate" -c 'import venv, ensurepip' 2>/dev/null; then
      python=$candidate
      return
    fi
  done
  return 1
}

# Any Python 3 with its standard library; sets `python`.
need_python() {
  local candidate
  for candidate in ${KEEPSTONE_PYTHON:-/usr/bin/python3 python3}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null; then
      python=$candidate
      return
    fi
  done
  install_packages "There is no Python 3." python3
  python=python3
}

# A Python that can make a virtual environment; sets `python`.
need_venv_python() {
  find_python && return
  install_packages "There is no Python 3.11 or later that can make a virtual environment." python3 python3-venv
  find_python ||
    stop "This system's python3 is older than 3.11." "export KEEPSTONE_PYTHON=/path/to/a/newer/python3"
}

# venv FOLDER REQUIREMENTS: a virtual environment with the packages of that file, made or brought up to date only when the
# file has changed.
venv() {
  local python
  local wanted=$keepstone_root/$2 venv=$keepstone_root/$1
  if "$venv/bin/python" -c '' 2>/dev/null && cmp -s "$wanted" "$venv/requirements.txt"; then
    return
  fi
  need_venv_python

  say "Making $1 from $2."
  if ! "$venv/bin/python" -c '' 2>/dev/null; then
    rm -rf "$venv"
    "$python" -m venv "$venv" >&2 || stop "$python could not make $1 (its own words stand above)." "$python -m venv $1"
  fi
  # Wheels only: to build one of these packages from source takes an hour and a C++ compiler.
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --retries 2 --only-binary :all: \
    --requirement "$wanted" </dev/null >&2 ||
    stop "The packages of $2 could not be fetched (pip's own words stand above); is the network there?" \
      "$1/bin/python -m pip install -r $2"
  cp "$wanted" "$venv/requirements.txt"
}

need_python_venv() {
  venv .venv tests/requirements.txt
}

# One of its own: what Schemathesis needs shall not choose versions for the other checks.
need_long_venv() {
  venv .venv-long tests/requirements-long.txt
}

# Node with npm. Debian 12's own Node is 18, so its packages are no help; foreign package sources are never added unasked.
need_node() {
  local wanted=20 found line
  line="curl -fsSL https://deb.nodesource.com/setup_$wanted.x | bash - && apt-get install -y nodejs"
  have curl || line="apt-get update && apt-get install -y curl ca-certificates && $line"
  line=$(as_root "$line")
  have node || stop "Node is not installed." "$line"
  found=$(node --version) || stop "node does not start." "$line"
  at_least "$wanted" "${found#v}" || stop "The checks need Node $wanted or later; this is $found." "$line"
  have npm || install_packages "Node is there, but npm is not." npm
}

# npm_packages FOLDER WHAT: the packages of FOLDER/package-lock.json, installed only when that file has changed.
npm_packages() {
  local folder=$keepstone_root/$1
  need_node
  # npm writes this file last.
  [[ $folder/node_modules/.package-lock.json -nt $folder/package-lock.json ]] && return
  say "Installing $2 into $1/node_modules."
  # Node trusts its own list of authorities; that of a company's proxy stands in the system's.
  if [[ -z ${NODE_EXTRA_CA_CERTS:-} && -r /etc/ssl/certs/ca-certificates.crt ]]; then
    export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
  fi
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 --loglevel=error </dev/null >&2) ||
    stop "The packages of $1 could not be fetched (npm's own words stand above); is the network there?" \
      "npm ci --prefix $1"
}

need_openrpc_validator() {
  npm_packages tests/openrpc "the OpenRPC validator"
}

need_typescript_packages() {
  npm_packages clients/typescript "the TypeScript compiler"
}

need_git() {
  have git || install_packages "git is not installed." git
}
