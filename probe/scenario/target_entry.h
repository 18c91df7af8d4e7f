// SPDX-License-Identifier: Apache-2.0
// What a scenario's reader remembers of the targets it has read, to find one that is listed twice.
#pragma once

struct target_index;

// NULL where memory is out.
struct target_index *target_index_new(void);

// Frees. Safe on NULL.
void target_index_free(struct target_index *index);
