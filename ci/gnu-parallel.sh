#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# When to use it: a fleet of targets from a handful of machines with ssh and no scheduler, or from one with many
# cores. GNU parallel starts a job for each shard; rdpprobe takes it from PARALLEL_SEQ of RDPPROBE_SHARDS, and the
# journals are joined here.
#
#     ci/gnu-parallel.sh 8 scenario.yaml results                         # on this machine
#     ci/gnu-parallel.sh 8 scenario.yaml results probe1,probe2,probe3    # over ssh; rdpprobe and rsync are there
#
# On this machine RDPPROBE_PASSWORD is inherited. Over ssh it is not, because it would have to go on a command line: let
# the scenario name a password file, {file: NAME}, that each machine has. The scenario is copied there and the journal
# fetched back. A list of targets goes in by $RDPPROBE_TARGETS, where the scenario has targets: "-".
#
# Shards must count failed logons together, or divide how many there may be. On this machine they share
# $XDG_STATE_HOME (here ~/.local/state where it is unset). Over ssh XDG_STATE_HOME is to be set on each machine to one
# directory that all of them have; where there is none, RDPPROBE_OWN_LEDGER=1 has each shard take its part of the
# scenario's max-failed-logons, which then is as many as there are shards, or more.
# Exit status: that of the joined report.
set -eu

shards=${1:?usage: gnu-parallel.sh SHARDS SCENARIO [FOLDER [HOST,...]]}
scenario=${2:?usage: gnu-parallel.sh SHARDS SCENARIO [FOLDER [HOST,...]]}
folder=${3:-results}
hosts=${4:-}
program=${RDPPROBE:-rdpprobe}
targets=${RDPPROBE_TARGETS:-/dev/null}

mkdir -p "$folder"
export RDPPROBE_SHARDS="$shards"
export XDG_STATE_HOME="${XDG_STATE_HOME:-$HOME/.local/state}" # it is not passed on over ssh
own=${RDPPROBE_OWN_LEDGER:+--own-ledger}
set -- --will-cite --jobs 1 --env RDPPROBE_SHARDS
if [ -n "$hosts" ]; then
    set -- "$@" --sshlogin "$hosts" --transferfile "$scenario" --transferfile "$targets" \
        --return "$folder/shard-{}.jsonl"
else
    set -- "$@" --jobs "$shards"
fi
# A journal that is there already is gone on with. An unmet expectation is no reason to start nothing further: the
# joined report tells.
journal="$folder/shard-{}.jsonl"
how="\$(test -s '$journal' && echo --resume || echo --journal)"
seq "$shards" | parallel "$@" \
    "mkdir -p '$folder'; '$program' matrix --quiet $own $how '$journal' '$scenario' < '$targets'" || true

exec "$program" report --merge "$folder"/shard-*.jsonl
