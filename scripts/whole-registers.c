/*
 * Preloaded to linux.uml by scripts/in-uml on CPUs with AMX. There Linux takes a process's registers (NT_X86_XSTATE) only
 * whole, some 11000 bytes, though it gives as much of them as fits. User-mode Linux before 6.13 has room for 2696, up to
 * AVX-512, and so could not start a single process. What is beyond is AMX's, which nothing in the guest uses: zeros.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

long ptrace(enum __ptrace_request request, ...)
{
    static long (*next)(enum __ptrace_request, ...);
    static char registers[1 << 16];
    static size_t whole;
    va_list words;

    va_start(words, request);
    pid_t pid = va_arg(words, pid_t);
    void *address = va_arg(words, void *);
    void *data = va_arg(words, void *);
    va_end(words);
    if (next == NULL)
        *(void **)&next = dlsym(RTLD_NEXT, "ptrace");
    if (request != PTRACE_SETREGSET)
        return next(request, pid, address, data);

    struct iovec *given = data;
    struct iovec padded = { registers, sizeof registers };
    if (whole == 0) {
        if (next(PTRACE_GETREGSET, pid, address, &padded) != 0)
            return -1;
        whole = padded.iov_len;
    }
    if (given->iov_len >= whole)
        return next(request, pid, address, data);
    memcpy(registers, given->iov_base, given->iov_len);
    memset(registers + given->iov_len, 0, whole - given->iov_len);
    padded.iov_len = whole;
    return next(request, pid, address, &padded);
}
