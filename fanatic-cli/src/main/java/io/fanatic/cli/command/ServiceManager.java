package io.fanatic.cli.command;

import static io.fanatic.netlink.libc.Native.LIBC;

import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Who started this program as a service of Type=notify: it is told how things stand, as in sd_notify(3). Nobody, for a program
 * that a person started. A service manager that does not listen is no reason to stop.
 *
 * @param address of its datagram socket, a path or, after {@code @}, an abstract name; empty when there is none
 */
public record ServiceManager(Optional<String> address) {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 02000000;
    private static final int LONGEST = 107;

    /** The one that NOTIFY_SOCKET names. */
    public static ServiceManager ofThisService() {
        return new ServiceManager(
                Optional.ofNullable(System.getenv("NOTIFY_SOCKET")).filter(name -> !name.isEmpty()));
    }

    /** Reading the configuration again; {@code READY=1} says when that is done. */
    public void reloading() {
        // On Linux nanoTime is CLOCK_MONOTONIC, which is what systemd wants.
        tell("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000);
    }

    /** @param assignments such as {@code READY=1}, one on each line */
    public void tell(String assignments) {
        byte[] name = address.orElse("").getBytes(StandardCharsets.UTF_8);
        if (name.length == 0 || name.length > LONGEST) {
            return;
        }
        if (name[0] == '@') {
            name[0] = 0;
        }
        ByteBuffer destination = Native.buffer(2 + name.length + 1);
        destination.putShort((short) AF_UNIX).put(name).rewind();
        // An abstract name ends where the address ends; a path ends with a zero.
        int length = 2 + name.length + (name[0] == 0 ? 0 : 1);
        byte[] text = assignments.getBytes(StandardCharsets.UTF_8);
        ByteBuffer message = Native.buffer(text.length).put(text).rewind();
        int fd = LIBC.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
        if (fd >= 0) {
            if (LIBC.connect(fd, destination, length) == 0) {
                LIBC.send(fd, message, text.length, 0);
            }
            LIBC.close(fd);
        }
    }
}
