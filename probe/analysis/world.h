// SPDX-License-Identifier: Apache-2.0
// What explains the trials besides the client: the target, or what stands before it, may go by the count of
// connections, by the time since the last one, or by this program's own limits. It is looked for before anything is
// said of the client.
#pragma once

#include "analysis/experiment.h"

// Makes the verdict where the failure that was reproduced is only this program's deadline. False if it is the target's.
bool world_is_the_deadline(const struct experiment *experiment, struct verdict *verdict);

// Makes the verdict anew, which would name no factor, where what the trials show goes by the count of connections, or
// by the time since the last: runs a few trials of the baseline after a rest where the record leaves that open. False
// if nothing of that kind was found.
bool world_explains(struct experiment *experiment, struct verdict *verdict);
