// SPDX-License-Identifier: Apache-2.0
// What one trial of a connection says about the failure under study, by itself.
#pragma once

#include "analysis/observation.h"
#include "trial/outcome.h"
#include "trial/trial.h"

// Judges a trial; one that was stopped early (a survey) only as far as it came. failure_phase is the latest phase in
// which the signature was seen. Factors that matter only after that phase need not have been in effect.
enum observation observe(const struct trial *trial, const struct signature *signature, enum phase failure_phase);
