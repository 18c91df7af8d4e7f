#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# When to use it: a fleet of targets from a cluster with Slurm. Each task of the array takes its shard of the
# targets from SLURM_ARRAY_TASK_ID, _MIN, _MAX and _COUNT; the scenario, its list of targets and the results lie on
# a shared file system.
#
#     sbatch --array=1-16 ci/slurm-array.sh scenario.yaml results        # add --wait to wait for it
#     rdpprobe report --merge results/shard-*.jsonl
#
# The password comes from the environment (RDPPROBE_PASSWORD, which sbatch passes on) or from the file that the
# scenario names. A task that is requeued goes on with its journal. A scenario whose targets are "-" reads them from
# $RDPPROBE_TARGETS.
#
# All tasks must count failed logons together, or a wrong password fails in each of them: XDG_STATE_HOME (here
# ~/.local/state where it is unset) is to be a directory that all nodes share, with file locks. Where there is none, add
# --own-ledger below, and let the scenario's max-failed-logons be the number of tasks: each takes its part.
#SBATCH --job-name=rdpprobe
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=rdpprobe-%A_%a.log
set -eu

scenario=${1:?usage: sbatch --array=1-N slurm-array.sh SCENARIO [FOLDER]}
folder=${2:-results}
journal=$folder/shard-$SLURM_ARRAY_TASK_ID.jsonl

mkdir -p "$folder"
export XDG_STATE_HOME="${XDG_STATE_HOME:-$HOME/.local/state}"
exec <"${RDPPROBE_TARGETS:-/dev/null}"
if [ -s "$journal" ]; then
    exec "${RDPPROBE:-rdpprobe}" matrix --resume "$journal" "$scenario"
fi
exec "${RDPPROBE:-rdpprobe}" matrix --journal "$journal" "$scenario"
