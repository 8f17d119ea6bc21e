package io.fanatic.netlink.engine;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Any ifalias: not ours, or a mark that is written as it reads. Documented: no exception. */
public final class MarkFuzz {
    private MarkFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        String alias = new String(data, StandardCharsets.UTF_8);
        Optional<Mark> mark = Mark.parse(alias);
        if (mark.isPresent() && !Mark.parse(mark.get().toString()).equals(mark)) {
            throw new AssertionError("reads back otherwise: " + mark);
        }
        if (mark.isPresent()
                && (mark.get().port() < 1
                        || mark.get().port() > 65535
                        || mark.get().vni() >>> 24 != 0)) {
            throw new AssertionError("no packet can have these: " + mark);
        }
        if (mark.isPresent() && !Mark.isOurs(alias)) {
            throw new AssertionError("a mark, but not ours: " + alias);
        }
    }
}
