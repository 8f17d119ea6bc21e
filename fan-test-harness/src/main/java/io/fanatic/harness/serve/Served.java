package io.fanatic.harness.serve;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.net.EpollHandle;
import io.netty.channel.epoll.EpollSocketChannel;

/** One TCP connection of echo or discard. */
abstract class Served extends EpollHandle {
    private final TcpService service;
    private final IpAddress peer;
    private final long began = System.nanoTime();
    private long active = began;

    Served(TcpService service, IpAddress peer, EpollSocketChannel channel) {
        super(channel.fd().intValue(), () -> channel.unsafe().closeForcibly());
        this.service = service;
        this.peer = peer;
    }

    final TcpService service() {
        return service;
    }

    final IpAddress peer() {
        return peer;
    }

    /** Notes that bytes have passed. */
    final void passed() {
        active = System.nanoTime();
    }

    final long nanosLasted(long now) {
        return now - began;
    }

    final long nanosStalled(long now) {
        return now - active;
    }

    /** The connection is over. */
    final void end() {
        if (!isClosed()) {
            close();
            service.ended(this);
        }
    }

    @Override
    protected final void broken(String reason) {
        service.ended(this);
    }
}
