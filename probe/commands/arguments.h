// SPDX-License-Identifier: Apache-2.0
// The arguments of the program, taken out of the sight of other users (proc(5), cmdline).
#pragma once

// Copies argv and overwrites in place whatever is, or may be, a secret in it: values of xfreerdp's /p: and the like,
// what stands behind --password, USER%PASSWORD and USER:PASSWORD@HOST. Called before anything else is done. The copy
// lives as long as the process; NULL if memory is out.
char **arguments_take(int argc, char **argv);
