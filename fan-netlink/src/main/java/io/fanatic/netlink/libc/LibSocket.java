package io.fanatic.netlink.libc;

import java.nio.ByteBuffer;

/**
 * Functions of libc about datagrams and their ancillary data. Apart from {@link LibC}, since jnr-ffi prepares every function
 * of an interface when it is loaded, and few commands need these. Public because jnr-ffi needs it so; the conventions are
 * those of {@link LibC}.
 */
public interface LibSocket {
    long sendto(int fd, ByteBuffer buffer, long length, int flags, ByteBuffer address, int addressLength);

    long recvfrom(int fd, ByteBuffer buffer, long length, int flags, ByteBuffer address, ByteBuffer addressLength);

    /** @param message a struct msghdr, whose pointers come from {@link Native#address} */
    long recvmsg(int fd, ByteBuffer message, int flags);
}
