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
# fetched back. A list of targets goes in by $RDPPROBE_TARGETS, where the scenario has targets: "-". Each machine counts
# failed logons for itself: keep max-failed-logons low.
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
    "mkdir -p '$folder'; '$program' matrix --quiet $how '$journal' '$scenario' < '$targets'" || true

exec "$program" report --merge "$folder"/shard-*.jsonl
