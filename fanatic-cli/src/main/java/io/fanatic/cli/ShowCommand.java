package io.fanatic.cli;

import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;

/** Stand-in until the engine is there: the names of the links, by a netlink dump in the raw. */
final class ShowCommand extends Command {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final short RTM_GETLINK = 18;
    private static final short NLM_F_REQUEST_DUMP = 0x301;
    private static final int NLMSG_DONE = 3;
    private static final int IFLA_IFNAME = 3;

    private final Option<Boolean> stats = flag("--stats", "also print the packet counters");
    private final Option<Boolean> json = flag("--json", "print JSON");

    ShowCommand() {
        super("show", "Lists the fans that are up.");
    }

    @Override
    protected ExitCode run(Console console) {
        int fd = Native.check("socket", Native.LIBC.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, 0));
        ByteBuffer request = Native.buffer(32);
        request.putInt(32).putShort(RTM_GETLINK).putShort(NLM_F_REQUEST_DUMP).rewind();
        Native.check("send", Native.LIBC.send(fd, request, 32, 0));
        ByteBuffer reply = Native.buffer(32768);
        StringBuilder text = new StringBuilder(json.or(false) || stats.or(false) ? "links:\n" : "");
        while (true) {
            int end = (int) Native.check("recv", Native.LIBC.recv(fd, reply, 32768, 0));
            for (int at = 0; at < end; at += (reply.getInt(at) + 3) & ~3) {
                if (reply.getShort(at + 4) == NLMSG_DONE) {
                    console.out().print(text);
                    Native.LIBC.close(fd);
                    return ExitCode.DONE;
                }
                appendName(text, reply, at + 32, at + reply.getInt(at));
            }
        }
    }

    private static void appendName(StringBuilder text, ByteBuffer reply, int start, int end) {
        for (int at = start; at < end; at += (reply.getShort(at) + 3) & ~3) {
            if (reply.getShort(at + 2) == IFLA_IFNAME) {
                for (int i = at + 4; reply.get(i) != 0; i++) {
                    text.append((char) reply.get(i));
                }
                text.append('\n');
            }
        }
    }
}
