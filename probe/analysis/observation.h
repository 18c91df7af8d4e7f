// SPDX-License-Identifier: Apache-2.0
// What a trial says about the failure under study.
#pragma once

enum observation {
    OBSERVED_SIGNATURE,    // the failure
    OBSERVED_NO_SIGNATURE, // connected, or got beyond the phase in which the failure occurs
    OBSERVED_UNRESOLVED    // another failure, or the variant was not in effect: it says nothing
};
