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
    private static final ForwardingJournal.Note NOTHING = new ForwardingJournal.Note(List.of(), List.of());
    private static final ForwardingJournal.Note ETH0 = new ForwardingJournal.Note(List.of("eth0"), List.of());
    private static final ForwardingJournal.Note BEFORE =
            new ForwardingJournal.Note(List.of("eth1", "wg0"), List.of("virbr0"));

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    @TempDir
    Path state;

    private ForwardingJournal journal() {
        return inside.call(() -> new ForwardingJournal(state));
    }

    @Test
    void aNoteOutlivesItsWriterAndIsForgottenWithoutATrace() {
        assertThat(journal().note()).isEmpty();
        journal().write(BEFORE);
        journal().write(NOTHING);

        assertThat(journal().note()).contains(BEFORE);
        journal().forget();
        assertThat(journal().note()).isEmpty();
        assertThat(state).isEmptyDirectory();
    }

    @Test
    void namespacesKeepTheirNotesApart() {
        Namespace other = inside.another();
        ForwardingJournal there = other.call(() -> new ForwardingJournal(state));
        journal().write(ETH0);

        assertThat(there.note()).isEmpty();
        there.write(NOTHING);
        journal().forget();
        assertThat(there.note()).contains(NOTHING);
    }

    @Test
    void aNoteOfAnEarlierBootMeansNothingAndGoes() throws Exception {
        journal().write(ETH0);
        Path file = state.resolve("journal");
        String here = Files.readString(file);
        String earlier = here.replaceFirst("boot [0-9a-f-]+", "boot 00000000-0000-0000-0000-000000000000");
        Files.writeString(file, earlier);

        assertThat(journal().note()).isEmpty();
        journal().write(new ForwardingJournal.Note(List.of("eth9"), List.of()));
        assertThat(Files.readString(file)).isEqualTo(here.replace("eth0", "eth9"));
    }

    /** The inode number of a namespace is given to the next one; what was noted for the first must not count there. */
    @Test
    void aNewNamespaceDoesNotInheritTheNotesOfADeadOne() {
        journal().write(ETH0);
        for (int i = 0; i < 20; i++) {
            Namespace next = inside.another();
            assertThat(next.call(() -> new ForwardingJournal(state).note())).isEmpty();
            next.delete();
        }
    }
}
