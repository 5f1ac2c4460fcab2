#!/usr/bin/env bash
# What the Bicep compiler says of every template and parameter file: nothing, or this fails. The tests know most of it without a compiler.
#   infra/check-bicep.sh [BICEP]      BICEP: path of the Bicep CLI, "bicep" when left out
set -uo pipefail
cd "$(dirname "$0")"
bicep=${1:-bicep}
problems=0

# Fails also on a warning, which the compiler itself lets pass.
quiet() {
  local said
  if ! said=$("$@" 2>&1 > /dev/null) || [ -n "$said" ]; then
    echo "$said"
    echo "$*"
    problems=$((problems + 1))
  fi
}

formatted() {
  if ! "$bicep" format --stdout "$1" | cmp --silent - "$1"; then
    echo "$1 is not as \"bicep format\" writes it"
    problems=$((problems + 1))
  fi
}

for template in *.bicep modules/*.bicep; do
  quiet "$bicep" build --stdout "$template"
  quiet "$bicep" lint "$template"
  formatted "$template"
done
for parameters in *.bicepparam; do
  quiet "$bicep" build-params --stdout "$parameters"
  formatted "$parameters"
done
"$bicep" --version || problems=$((problems + 1))
echo "$problems problems"
[ "$problems" -eq 0 ]
