# shellcheck shell=bash
# How tests/run and tests/run-long run their checks: each sources this file, names its checks, and calls run_checks.
# shellcheck disable=SC2317 # the checks are called by name
set -euo pipefail

# shellcheck source=tests/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$keepstone_root"

names=()
declare -A needs about

# check NAME NEEDS ABOUT: the function NAME is a check; NEEDS are need_… functions of setup.sh.
check() {
  names+=("$1")
  needs[$1]=$2
  about[$1]=$3
}

usage() {
  cat <<EOF
usage: tests/${0##*/} [CHECK…]

Runs the checks named, or all of them in this order, up to the first that fails. What they need is looked for first,
and installed where that is allowed (KEEPSTONE_SETUP_MAY_INSTALL=no forbids it).

EOF
  for name in "${names[@]}"; do
    printf '  %-16s  %s\n' "$name" "${about[$name]}"
  done
}

# run_checks CHECK…: the checks named, or all, in their order, up to the first that fails; ends the script.
run_checks() {
  local name need argument start status selected=() summary=() passed=0 failed=0
  for argument in "$@"; do
    if [[ $argument == --help || $argument == -h ]]; then
      usage
      exit
    elif [[ -z ${about[$argument]:-} ]]; then
      usage >&2
      exit 64
    fi
    selected+=("$argument")
  done
  if ((${#selected[@]} == 0)); then
    selected=("${names[@]}")
  fi

  # Removed at the exit, when a local would be gone.
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT

  # Before the first check: nobody should learn after ten minutes that a tool is missing.
  for name in "${selected[@]}"; do
    for need in ${needs[$name]}; do
      "need_$need"
    done
  done

  for name in "${selected[@]}"; do
    if ((failed > 0)); then
      summary+=("$(printf 'not run          %s' "$name")")
      continue
    fi
    printf '\n=== %s: %s\n\n' "$name" "${about[$name]}"
    start=$SECONDS
    # A subshell outside of any condition, because inside of one bash would let the check go on after its first error.
    set +e
    (
      set -e
      "$name"
    ) </dev/null
    status=$?
    set -e
    if ((status == 0)); then
      passed=$((passed + 1))
      summary+=("$(printf 'passed   %4d s  %s' $((SECONDS - start)) "$name")")
    else
      failed=1
      summary+=("$(printf 'FAILED   %4d s  %s (exit code %d)' $((SECONDS - start)) "$name" "$status")")
    fi
  done

  printf '\n=== summary\n\n'
  printf '%s\n' "${summary[@]}"
  printf 'in all   %4d s\n' "$SECONDS"
  printf '\n%d passed, %d failed\n' "$passed" "$failed"
  exit "$failed"
}
