package io.fanatic.netlink.libc;

/** The error numbers that this program tells apart or meets often; asm-generic/errno.h, the same on every supported CPU. */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int ENOSPC = 28;
    public static final int ERANGE = 34;
    public static final int ENOSYS = 38;
    public static final int EOPNOTSUPP = 95;
    public static final int EADDRINUSE = 98;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETUNREACH = 101;
    public static final int ENOBUFS = 105;

    private Errno() {}

    /** libc's words and the number, as in {@code File exists (errno 17)}. */
    public static String describe(int errno) {
        return text(errno) + " (errno " + errno + ")";
    }

    private static String text(int errno) {
        switch (errno) {
            case EPERM:
                return "Operation not permitted";
            case ENOENT:
                return "No such file or directory";
            case ESRCH:
                return "No such process or object";
            case EINTR:
                return "Interrupted";
            case EBADF:
                return "Bad file descriptor";
            case EAGAIN:
                return "Try again";
            case ENOMEM:
                return "Out of memory";
            case EACCES:
                return "Permission denied";
            case EBUSY:
                return "Device or resource busy";
            case EEXIST:
                return "File exists";
            case ENODEV:
                return "No such device";
            case EINVAL:
                return "Invalid argument";
            case ENOSPC:
                return "No space left";
            case ERANGE:
                return "Out of range";
            case ENOSYS:
                return "Function not implemented";
            case EOPNOTSUPP:
                return "Operation not supported";
            case EADDRINUSE:
                return "Address already in use";
            case EADDRNOTAVAIL:
                return "Cannot assign requested address";
            case ENETUNREACH:
                return "Network is unreachable";
            case ENOBUFS:
                return "No buffer space available";
            default:
                return "Error";
        }
    }
}
