package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.Namespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ForwardingJournalTest {
    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    @TempDir
    Path state;

    private ForwardingJournal journal() {
        return inside.call(() -> new ForwardingJournal(state));
    }

    @Test
    void aNoteOutlivesItsWriterAndIsForgottenWithoutATrace() {
        assertThat(journal().devices()).isEmpty();
        journal().note(List.of("eth1", "wg0"));
        journal().note(List.of());

        assertThat(journal().devices()).contains(List.of("eth1", "wg0"));
        journal().forget();
        assertThat(journal().devices()).isEmpty();
        assertThat(state).isEmptyDirectory();
    }

    @Test
    void namespacesKeepTheirNotesApart() {
        Namespace other = inside.another();
        ForwardingJournal there = other.call(() -> new ForwardingJournal(state));
        journal().note(List.of("eth0"));

        assertThat(there.devices()).isEmpty();
        there.note(List.of());
        journal().forget();
        assertThat(there.devices()).contains(List.of());
    }

    @Test
    void aNoteOfAnEarlierBootMeansNothingAndGoes() throws Exception {
        journal().note(List.of("eth0"));
        Path file = state.resolve("journal");
        String here = Files.readString(file);
        String earlier = here.replaceFirst("boot [0-9a-f-]+", "boot 00000000-0000-0000-0000-000000000000");
        Files.writeString(file, earlier);

        assertThat(journal().devices()).isEmpty();
        journal().note(List.of("eth9"));
        assertThat(Files.readString(file)).isEqualTo(here.replace("eth0", "eth9"));
    }

    /** The inode number of a namespace is given to the next one; what was noted for the first must not count there. */
    @Test
    void aNewNamespaceDoesNotInheritTheNotesOfADeadOne() {
        journal().note(List.of("eth0"));
        for (int i = 0; i < 20; i++) {
            Namespace next = inside.another();
            assertThat(next.call(() -> new ForwardingJournal(state).devices())).isEmpty();
            next.delete();
        }
    }
}
