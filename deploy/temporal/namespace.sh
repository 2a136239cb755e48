#!/bin/sh
# Creates the namespace and the search attributes that Holdfast writes, then ends: only once the server takes all of them, since a
# call that names an unknown one fails. The server knows a new namespace some seconds after it has created it.
set -eu
namespace=${TEMPORAL_NAMESPACE:?}
attributes='HoldfastTenant HoldfastSubject HoldfastTool'

# Repeats a command until it succeeds. Ends the script after two minutes with the command's own words.
until_done() {
  what=$1 deadline=$(($(date +%s) + 120))
  shift
  until said=$("$@" 2>&1); do
    if [ "$(date +%s)" -gt $deadline ]; then
      echo "$said" >&2
      echo "$what failed for two minutes. Calls would fail without it: see what Temporal says above, then start again." >&2
      exit 1
    fi
    sleep 2
  done
  echo "$what: done."
}

namespace_exists() {
  temporal operator namespace describe --namespace "$namespace" ||
    temporal operator namespace create --namespace "$namespace" --retention "${HOLDFAST_RETENTION:-7d}"
}
attribute_exists() {
  temporal workflow count --namespace "$namespace" --query "$1 = 'none'" ||
    { temporal operator search-attribute create --namespace "$namespace" --name "$1" --type Keyword; return 1; }
}

until_done "Namespace $namespace" namespace_exists
for attribute in $attributes; do until_done "Search attribute $attribute" attribute_exists "$attribute"; done
