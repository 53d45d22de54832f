/* One loop over poll, and then the end; see watch.h. */
#include "sandbox/watch.h"

#include "sandbox/kernel_word.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    HASH_BYTES = 256 << 10, /* hashed between two looks at the pipe: under a millisecond */
    NS_PER_MS = 1000000,
    FOREVER_MS = 1000       /* poll is asked again after at most a second */
};

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

uint64_t al_now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

struct round {
    struct al_watch *w;
    struct al_child *child;
    struct al_conversation *talk;
    uint64_t start, deadline;
};

/* True where some hashing was done, so that poll need not wait; false also where it cannot
   be done, since asking again would only burn the processor. */
static bool use_idle_time(struct al_watch *w)
{
    for (uint32_t i = 0; i < w->idle_count; i++) {
        struct al_snapshot *s = w->idle[i];
        if (!s->digested && s->sealed && (al_snapshot_digest_step(s, HASH_BYTES) || s->digested))
            return true;
    }
    return false;
}

/* Waits for `fd` until the deadline; false where it passed or the caller gave up. */
static bool wait_for(struct round *r, int fd)
{
    for (;;) {
        uint64_t now = al_now_ns();
        if (now >= r->deadline) {
            r->w->timed_out = true;
            return false;
        }
        struct pollfd fds[2] = {{.fd = fd, .events = POLLIN},
                                {.fd = r->w->cancel_fd > 0 ? r->w->cancel_fd : -1, .events = POLLIN}};
        uint64_t left = (r->deadline - now) / NS_PER_MS + 1;
        int n = poll(fds, 2, 0);
        if (n == 0 && !use_idle_time(r->w))
            n = poll(fds, 2, left < FOREVER_MS ? (int)left : FOREVER_MS);
        if (n < 0 && errno != EINTR) {
            r->w->deaf = errno;
            return false;
        }
        if (n > 0 && fds[1].revents != 0) {
            r->w->cancelled = true;
            return false;
        }
        if (n > 0 && fds[0].revents != 0)
            return true;
    }
}

/* Reads what is there. False at the end of the pipe, or where no more is believed. */
static bool hear(struct round *r, bool *ended)
{
    size_t size;
    uint8_t *room = al_conversation_room(r->talk, &size);
    ssize_t n = read(r->child->pipe, room, size);
    if (n < 0) {
        r->w->deaf = errno != EAGAIN && errno != EINTR ? errno : 0;
        return r->w->deaf == 0;
    }
    *ended = n == 0;
    if (n == 0)
        return false;
    bool goes_on = al_conversation_took(r->talk, (size_t)n);
    if (r->w->hello_ns == 0 && r->talk->turn != AL_TURN_HELLO)
        r->w->hello_ns = al_now_ns() - r->start;
    return goes_on;
}

/* Until the pipe ends, and then until the process does: a cell that closes its pipe
   and lives on gains nothing. */
static bool listen_to_end(struct round *r)
{
    bool ended = false;
    while (!ended) {
        if (!wait_for(r, r->child->pipe))
            return false;
        if (!hear(r, &ended) && !ended)
            return false;
    }
    return wait_for(r, r->child->pidfd);
}

static void kill_child(struct round *r)
{
    r->w->killed = true;
    (void)syscall(SYS_pidfd_send_signal, r->child->pidfd, SIGKILL, NULL, 0);
}

/* The dead is looked at before it is reaped. */
static void bury(struct round *r)
{
    siginfo_t info = {.si_code = 0};
    int rc;
    do
        rc = waitid((idtype_t)P_PIDFD, (id_t)r->child->pidfd, &info, WEXITED | WNOWAIT);
    while (rc != 0 && errno == EINTR);
    if (rc == 0) {
        r->w->cause = info.si_code;
        r->w->status = info.si_status;
        r->w->locked = al_kernel_says_locked(r->child->pid, r->w->evidence, sizeof r->w->evidence);
    } else {
        (void)snprintf(r->w->evidence, sizeof r->w->evidence, "%s",
                       "this program ignores SIGCHLD, or reaped the cell elsewhere");
    }
    do
        rc = waitid((idtype_t)P_PIDFD, (id_t)r->child->pidfd, &info, WEXITED);
    while (rc != 0 && errno == EINTR);
}

void al_watch_take(struct al_watch *w, struct al_child *child, struct al_conversation *talk)
{
    struct round r = {.w = w, .child = child, .talk = talk, .start = al_now_ns()};
    r.deadline = r.start + (uint64_t)w->seconds * 1000U * NS_PER_MS;
    if (!listen_to_end(&r))
        kill_child(&r);
    bury(&r);
    w->end_ns = al_now_ns() - r.start;
    (void)close(child->pipe);
    (void)close(child->pidfd);
    *child = (struct al_child){.pid = -1, .pidfd = -1, .pipe = -1};
}
