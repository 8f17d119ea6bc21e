package io.fanatic.netlink.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.Namespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class EventSourcesTest {
    @RegisterExtension
    final FreshNamespace namespaces = new FreshNamespace();

    @TempDir
    Path directory;

    /** nft tells of a table before it returns. */
    @Test
    void aTableOfNftablesIsOursByItsFamilyToo() {
        Namespace host = namespaces.namespace();
        List<String> events = new ArrayList<>();
        host.run(() -> {
            try (EventSources sources = new EventSources(directory, directory)) {
                for (String table : List.of("netdev fanatic", "inet fanatic-tunnel", "arp fanatic", "bridge fanatic")) {
                    FreshNamespace.exec(host, "sh", "-c", "nft add table " + table);
                }
                sources.read(Scope.NOTHING, events::add, events::add);
                assertThat(events).isEmpty();
                for (String table :
                        List.of("ip6 fanatic", "inet fanatic", "ip fanatic-forward", "bridge fanatic-tunnel")) {
                    FreshNamespace.exec(host, "sh", "-c", "nft add table " + table);
                }
                sources.read(Scope.NOTHING, events::add, events::add);
            }
        });
        assertThat(events)
                .containsExactly(
                        "the nftables table fanatic changed",
                        "the nftables table fanatic changed",
                        "the nftables table fanatic-forward changed",
                        "the nftables table fanatic-tunnel changed");
    }
}
