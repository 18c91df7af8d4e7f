// SPDX-License-Identifier: Apache-2.0
#include "runner/crew.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runner/interrupt.h"

bool crew_start(struct crew *crew, char *error, size_t size)
{
    *crew = (struct crew){0};
    if (!scratch_make(crew->scratch)) {
        snprintf(error, size, "no scratch directory can be made: %s", strerror(errno));
        crew->scratch[0] = '\0';
        return false;
    }
    crew->zygote = zygote_start(crew->scratch, error, size);
    if (!crew->zygote) {
        crew_end(crew);
        return false;
    }
    interrupt_catch();
    return true;
}

void crew_end(struct crew *crew)
{
    zygote_stop(crew->zygote); // removes the scratch directory, too
    if (crew->scratch[0])
        scratch_remove(crew->scratch);
    *crew = (struct crew){0};
}
