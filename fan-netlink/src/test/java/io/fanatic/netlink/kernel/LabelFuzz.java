package io.fanatic.netlink.kernel;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Any ifalias: not ours, or a mark that is written as it reads. Documented: no exception. */
public final class LabelFuzz {
    private LabelFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        String alias = new String(data, StandardCharsets.UTF_8);
        Optional<Label> label = Label.parse(alias);
        if (label.isPresent() && !Label.parse(label.get().toString()).equals(label)) {
            throw new AssertionError("reads back otherwise: " + label);
        }
        if (label.flatMap(read -> read.transport().vxlan())
                .filter(vxlan -> vxlan.port() < 1 || vxlan.port() > 65535 || vxlan.vni() >>> 24 != 0)
                .isPresent()) {
            throw new AssertionError("no packet can have these: " + label);
        }
        if (label.isPresent() && !Label.isOurs(alias)) {
            throw new AssertionError("a mark, but not ours: " + alias);
        }
    }
}
