// SPDX-License-Identifier: Apache-2.0
//
// rdplab: an RDP server with rules and faults, the ground truth of the tests. It shares no code with the program that
// it tests. See --help.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listener.h"

static bool prepare(struct lab *lab)
{
    const struct lab_options *options = &lab->options;
    if (options->certificate_file) {
        if (!lab_certificate_read(&lab->certificate, options->certificate_file, options->key_file)) {
            fprintf(stderr, "rdplab: cannot read %s and %s: %s.\n", options->certificate_file, options->key_file,
                    errno ? strerror(errno) : "not a PEM certificate and key");
            return false;
        }
    } else if (!lab_certificate_make(&lab->certificate, options->certificate_name, options->certificate_days,
                                     options->key_file)) {
        fprintf(stderr, "rdplab: cannot make a certificate.\n");
        return false;
    }
    if (options->licensing == LAB_LICENSING_OFF)
        return true;
    lab->license = license_server_new(lab->certificate.pkey);
    if (!lab->license)
        lab->license = license_server_new(NULL); // the certificate given has no RSA key
    if (!lab->license)
        fprintf(stderr, "rdplab: cannot make a licensing server.\n");
    return lab->license;
}

int main(int argc, char **argv)
{
    static struct lab lab;
    lab_options_parse(&lab.options, argc, argv);
    peer_initialize(lab.options.verbose);
    if (!prepare(&lab))
        return 3;
    const int status = listener_run(&lab);
    license_server_free(lab.license);
    lab_certificate_free(&lab.certificate);
    free(lab.options.password);
    for (size_t i = 0; i < lab.options.rule_count; i++)
        rule_free(lab.options.rules[i].condition);
    rule_free(lab.options.fault_condition);
    return status;
}
