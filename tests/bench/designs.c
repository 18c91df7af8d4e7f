// SPDX-License-Identifier: Apache-2.0
// Sizes of covering arrays beside PICT's, as JSON: designs [SEED]
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "design_models.h"

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    size_t count;
    const struct known_model *models = known_models(&count);

    printf("[\n");
    for (size_t i = 0; i < count; i++) {
        struct design_rows rows;
        double begin = seconds();
        enum design_status status = design_covering(&models[i].model, models[i].strength, seed, &rows);
        if (status != DESIGN_MADE) {
            fprintf(stderr, "designs: %s: %s\n", models[i].name, design_status_text(status));
            return 1;
        }
        printf(" {\"model\":\"%s\",\"strength\":%u,\"rows\":%zu,\"pict\":%u,\"ratio\":%.3f,\"lower_bound\":%zu,"
               "\"seconds\":%.3f}%s\n",
               models[i].name, models[i].strength, rows.count, models[i].pict,
               (double)rows.count / (double)models[i].pict, rows.lower_bound, seconds() - begin,
               i + 1 < count ? "," : "");
        fflush(stdout);
        design_rows_clear(&rows);
    }
    printf("]\n");
    return 0;
}
