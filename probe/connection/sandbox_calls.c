// SPDX-License-Identifier: Apache-2.0
#include "connection/sandbox_calls.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Stands for the worker's own id until it is known; no process has it (proc_sys_kernel(5), pid_max).
static const uint32_t OWN_ID = 0x7A5A7A5A;

enum { BY_SECCOMP = 1 }; // SYS_SECCOMP of sigaction(2), which glibc has not

static const char *const allowed[] = {
    // files, by descriptor or as Landlock lets them be opened
    "read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev", "preadv2", "pwritev2", "close",
    "close_range", "lseek", "_llseek", "fstat", "fstat64", "stat", "stat64", "lstat", "lstat64", "newfstatat",
    "fstatat64", "statx", "statfs", "statfs64", "fstatfs", "fstatfs64", "access", "faccessat", "faccessat2", "open",
    "openat", "readlink", "readlinkat", "getdents", "getdents64", "getcwd", "mkdir", "mkdirat", "unlink", "unlinkat",
    "rmdir", "rename", "renameat", "renameat2", "ftruncate", "ftruncate64", "fsync", "fdatasync", "fallocate",
    "fadvise64", "flock", "fcntl", "fcntl64", "fchmod", "umask", "dup", "dup2", "dup3", "pipe", "pipe2",
    // waiting
    "poll", "ppoll", "ppoll_time64", "select", "_newselect", "pselect6", "pselect6_time64", "epoll_create",
    "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2", "eventfd", "eventfd2", "timerfd_create",
    "timerfd_settime", "timerfd_gettime", "timer_create", "timer_settime", "timer_gettime", "timer_getoverrun",
    "timer_delete", "setitimer", "getitimer", "alarm", "pause", "nanosleep", "clock_nanosleep", "restart_syscall",
    // memory
    "mmap", "mmap2", "munmap", "mremap", "mprotect", "madvise", "brk", "mlock", "mlock2", "munlock", "msync", "mincore",
    "membarrier",
    // threads
    "futex", "futex_time64", "futex_waitv", "set_robust_list", "get_robust_list", "rseq", "set_tid_address", "exit",
    "exit_group", "sched_yield", "sched_getaffinity", "sched_getparam", "sched_getscheduler", "sched_get_priority_max",
    "sched_get_priority_min", "getpriority", "arch_prctl",
    // signals
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "rt_sigtimedwait", "rt_sigsuspend", "rt_sigpending",
    "sigaltstack", "signalfd", "signalfd4",
    // what it may know
    "clock_gettime", "clock_gettime64", "clock_getres", "gettimeofday", "time", "times", "getrusage", "sysinfo",
    "uname", "getcpu", "getpid", "gettid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getgroups",
    "getresuid", "getresgid", "getpgrp", "getpgid", "getsid", "getrlimit", "ugetrlimit", "getrandom",
    // the network, as Landlock lets it be connected to
    "connect", "bind", "getsockname", "getpeername", "getsockopt", "setsockopt", "recv", "recvfrom", "recvmsg",
    "recvmmsg", "send", "sendmmsg", "shutdown", "socketpair",
    // only ever less
    "seccomp"};

// Libraries try these and do without: stopping them would end connections for nothing.
static const struct {
    const char *name;
    int error;
} refused[] = {{"clone3", ENOSYS}, // its flags lie in memory; glibc falls back to clone()
               {"io_uring_setup", ENOSYS},
               {"memfd_create", ENOSYS},
               {"memfd_secret", ENOSYS},
               {"get_mempolicy", ENOSYS},
               {"keyctl", ENOSYS}, // the keyring that Kerberos may be told to look for tickets in
               {"add_key", ENOSYS},
               {"request_key", ENOSYS},
               {"chmod", EPERM}, // Landlock does not know of modes, owners and times
               {"fchmodat", EPERM},
               {"fchmodat2", EPERM},
               {"utimensat", EPERM},
               {"setpriority", EPERM},
               {"sched_setaffinity", EPERM},
               {"sched_setparam", EPERM},
               {"sched_setscheduler", EPERM},
               {"sched_setattr", EPERM},
               {"setrlimit", EPERM},
               {"chdir", EPERM}};

#ifdef __SANITIZE_ADDRESS__ // it starts a program that makes its reports readable
static const char *const relaxed[] = {"clone", "clone3", "fork",   "vfork", "execve",
                                      "wait4", "waitid", "ptrace", "kill",  "prctl"};
#endif

static struct sock_fprog worker_filter, tcp_filter, ip_filter;

enum { NAMES_MAX = 512 };
static char *names[NAMES_MAX];
static struct event_sink *reported_to;

bool calls_can_be_filtered(void)
{
    const uint32_t trap = SECCOMP_RET_TRAP;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &trap) == 0;
}

// A call that this architecture does not have needs no rule.
static bool add(scmp_filter_ctx filter, uint32_t action, const char *name, unsigned count,
                const struct scmp_arg_cmp *arguments)
{
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR)
        return true;
    const int result = seccomp_rule_add_array(filter, action, number, count, arguments);
    return result == 0 || result == -EACCES || (number < 0 && result != -ENOMEM);
}

static bool add_if(scmp_filter_ctx filter, const char *name, struct scmp_arg_cmp argument)
{
    return add(filter, SCMP_ACT_ALLOW, name, 1, &argument);
}

// TCP and UDP only: other protocols are code that nobody needs, and some of them Landlock does not know.
static bool add_sockets(scmp_filter_ctx filter)
{
    static const int families[] = {AF_INET, AF_INET6}, types[] = {SOCK_STREAM, SOCK_DGRAM};
    bool ok = true;
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            const int protocols[] = {0, types[j] == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP};
            for (int k = 0; ok && k < 2; k++) {
                const struct scmp_arg_cmp is[] = {SCMP_A0_32(SCMP_CMP_EQ, families[i]),
                                                  SCMP_A1_32(SCMP_CMP_MASKED_EQ, 0xF, types[j]),
                                                  SCMP_A2_32(SCMP_CMP_EQ, protocols[k])};
                ok = add(filter, SCMP_ACT_ALLOW, "socket", 3, is);
            }
        }
    }
    const struct scmp_arg_cmp local[] = {SCMP_A0_32(SCMP_CMP_EQ, AF_UNIX)};
    const struct scmp_arg_cmp route[] = {SCMP_A0_32(SCMP_CMP_EQ, AF_NETLINK), SCMP_A2_32(SCMP_CMP_EQ, 0)};
    return ok && add(filter, SCMP_ACT_ALLOW, "socket", 1, local) && add(filter, SCMP_ACT_ALLOW, "socket", 2, route);
}

static bool add_conditions(scmp_filter_ctx filter)
{
    // The last two are for zones of IPv6 addresses, which are told by interface.
    static const unsigned requests[] = {FIONREAD, FIONBIO, TIOCOUTQ, SIOCGIFINDEX, SIOCGIFNAME},
                          options[] = {PR_SET_NAME, PR_GET_NAME};
    bool ok = add_if(filter, "clone", SCMP_A0_64(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)) &&
              add_if(filter, "tgkill", SCMP_A0_32(SCMP_CMP_EQ, OWN_ID)) &&
              add_if(filter, "kill", SCMP_A0_32(SCMP_CMP_EQ, OWN_ID)) &&
              add_if(filter, "prlimit64", SCMP_A2_64(SCMP_CMP_EQ, 0));
    // TCP Fast Open connects without connect(), past Landlock.
    ok = ok && add_if(filter, "sendto", SCMP_A3_32(SCMP_CMP_MASKED_EQ, MSG_FASTOPEN, 0)) &&
         add_if(filter, "sendmsg", SCMP_A2_32(SCMP_CMP_MASKED_EQ, MSG_FASTOPEN, 0));
    for (size_t i = 0; ok && i < sizeof requests / sizeof requests[0]; i++)
        ok = add_if(filter, "ioctl", SCMP_A1_32(SCMP_CMP_EQ, requests[i]));
    for (size_t i = 0; ok && i < sizeof options / sizeof options[0]; i++)
        ok = add_if(filter, "prctl", SCMP_A0_32(SCMP_CMP_EQ, options[i]));
    return ok && add_sockets(filter);
}

// libseccomp writes a program into a file.
static bool take_program(scmp_filter_ctx filter, struct sock_fprog *program)
{
    int fd = memfd_create("filter", MFD_CLOEXEC);
    off_t size = fd >= 0 && seccomp_export_bpf(filter, fd) == 0 ? lseek(fd, 0, SEEK_END) : 0;
    program->filter = size > 0 ? malloc((size_t)size) : NULL;
    program->len = (unsigned short)((size_t)size / sizeof(struct sock_filter));
    bool ok = program->filter && pread(fd, program->filter, (size_t)size, 0) == size;
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool make_worker_filter(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
    bool ok = filter != NULL;
    if (ok)
        seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); // a tree; older libseccomp makes a list
#ifdef __SANITIZE_ADDRESS__
    for (size_t i = 0; ok && i < sizeof relaxed / sizeof relaxed[0]; i++)
        ok = add(filter, SCMP_ACT_ALLOW, relaxed[i], 0, NULL);
#endif
    for (size_t i = 0; ok && i < sizeof allowed / sizeof allowed[0]; i++)
        ok = add(filter, SCMP_ACT_ALLOW, allowed[i], 0, NULL);
    for (size_t i = 0; ok && i < sizeof refused / sizeof refused[0]; i++)
        ok = add(filter, SCMP_ACT_ERRNO((uint32_t)refused[i].error), refused[i].name, 0, NULL);
    ok = ok && add_conditions(filter) && take_program(filter, &worker_filter);
    if (filter)
        seccomp_release(filter);
    return ok;
}

static bool make_socket_filter(bool udp, struct sock_fprog *program)
{
    const struct scmp_arg_cmp datagrams[] = {SCMP_A1_32(SCMP_CMP_MASKED_EQ, 0xF, SOCK_DGRAM)};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    static const int families[] = {AF_UNIX, AF_NETLINK};
    bool ok = filter != NULL;
    for (size_t i = 0; ok && i < sizeof families / sizeof families[0]; i++) {
        const struct scmp_arg_cmp is[] = {SCMP_A0_32(SCMP_CMP_EQ, families[i])};
        ok = add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket", 1, is);
    }
    ok = ok && (udp || add(filter, SCMP_ACT_ERRNO(EACCES), "socket", 1, datagrams)) && take_program(filter, program);
    if (filter)
        seccomp_release(filter);
    return ok;
}

bool calls_prepare(void)
{
    for (int i = 0; i < NAMES_MAX; i++)
        names[i] = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, i);
    return make_worker_filter() && make_socket_filter(false, &tcp_filter) && make_socket_filter(true, &ip_filter);
}

// A signal handler: nothing here allocates or locks.
static void on_stopped_call(int number, siginfo_t *info, void *context)
{
    const int call = info->si_code == BY_SECCOMP ? info->si_syscall : -1; // else somebody sent it
    (void)context;
    if (reported_to && call >= 0)
        event_name_now(reported_to, FACT_END_BLOCKED_CALL, call < NAMES_MAX && names[call] ? names[call] : "?");
    signal(number, SIG_DFL);
    raise(number);
}

static bool install(const struct sock_fprog *program)
{
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, program) == 0;
}

bool calls_enter(struct event_sink *sink)
{
    const struct sigaction action = {.sa_sigaction = on_stopped_call, .sa_flags = SA_SIGINFO | (int)SA_NODEFER};
    reported_to = sink;
    for (unsigned i = 0; i < worker_filter.len; i++) {
        if (worker_filter.filter[i].k == OWN_ID)
            worker_filter.filter[i].k = (uint32_t)getpid();
    }
    return sigaction(SIGSYS, &action, NULL) == 0 && install(&worker_filter);
}

bool calls_tighten(bool udp)
{
    return install(udp ? &ip_filter : &tcp_filter);
}
