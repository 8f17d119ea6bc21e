package io.fanatic.netlink.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.IpFamily;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.Namespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ForwardingJournalTest {
    private static final ForwardingJournal.Note BEFORE =
            new ForwardingJournal.Note(List.of("eth1", "wg0"), List.of("virbr0"));

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    @TempDir
    Path state;

    private ForwardingJournal journal() {
        return inside.call(() -> new ForwardingJournal(state, IpFamily.IPV4));
    }

    @Test
    void aNoteOutlivesItsWriterAndIsForgottenWithoutATrace() {
        assertThat(journal().switched()).isEmpty();
        journal().switched(Map.of(2, "eth0"));

        assertThat(journal().switched()).contains(List.of(2));
        journal().switched(Map.of());
        assertThat(journal().switched()).contains(List.of());
        journal().forgetSwitched();
        assertThat(journal().switched()).isEmpty();
        assertThat(state).isEmptyDirectory();
    }

    /** Word for word as they wrote it. */
    @Test
    void theNoteOfAnEarlierVersionIsReadAndTheOlderOneStays() throws Exception {
        journal().everywhere(BEFORE);
        String line = Files.readString(state.resolve("journal"));
        assertThat(line).matches("forwarding boot [0-9a-f-]{36} namespace \\d+ on eth1,wg0 beside virbr0\n");
        journal().everywhere(new ForwardingJournal.Note(List.of(), List.of()));
        assertThat(journal().everywhere()).contains(BEFORE);

        journal().switched(Map.of(0, "eth0"));
        assertThat(journal().everywhere()).contains(BEFORE);
        journal().forgetEverywhere();
        assertThat(journal().everywhere()).isEmpty();
        assertThat(journal().switched()).contains(List.of(0));
    }

    @Test
    void namespacesKeepTheirNotesApart() {
        Namespace other = inside.another();
        ForwardingJournal there = other.call(() -> new ForwardingJournal(state, IpFamily.IPV4));
        journal().switched(Map.of(0, "eth0"));

        assertThat(there.switched()).isEmpty();
        there.switched(Map.of());
        journal().forgetSwitched();
        assertThat(there.switched()).contains(List.of());
    }

    @Test
    void aNoteOfAnEarlierBootMeansNothingAndGoes() throws Exception {
        journal().switched(Map.of(0, "eth0"));
        Path file = state.resolve("journal");
        String here = Files.readString(file);
        String earlier = here.replaceFirst("boot [0-9a-f-]+", "boot 00000000-0000-0000-0000-000000000000");
        Files.writeString(file, earlier + earlier.replaceFirst("devices", "forwarding"));

        assertThat(journal().switched()).isEmpty();
        journal().switched(Map.of(9, "eth9"));
        assertThat(Files.readString(file)).isEqualTo(here.replace("eth0/0", "eth9/9"));
    }

    /** The inode number of a namespace is given to the next one; what was noted for the first must not count there. */
    @Test
    void aNewNamespaceDoesNotInheritTheNotesOfADeadOne() {
        journal().switched(Map.of(0, "eth0"));
        for (int i = 0; i < 20; i++) {
            Namespace next = inside.another();
            assertThat(next.call(() -> new ForwardingJournal(state, IpFamily.IPV4).switched()))
                    .isEmpty();
            next.delete();
        }
    }

    /** They cannot be told from living ones by their cookies; so it is their number that is limited. */
    @Test
    void notesOfNamespacesThatHaveEndedGoAndAFileOfAnySizeIsRead() throws Exception {
        journal().switched(Map.of(0, "eth0"));
        Path file = state.resolve("journal");
        String here = Files.readString(file);
        StringBuilder longOne = new StringBuilder();
        for (int i = 0; longOne.length() < 3 << 20; i++) {
            longOne.append(here.replaceFirst("namespace \\d+", "namespace 9" + i));
        }
        Files.writeString(file, longOne + here);

        assertThat(journal().switched()).contains(List.of(0));
        journal().switched(Map.of(1, "eth1"));
        assertThat(journal().switched()).contains(List.of(1));
        assertThat(Files.readAllLines(file)).hasSize(1001);
        Files.writeString(file, "x".repeat(3 << 20));
        assertThat(journal().switched()).isEmpty();
        journal().switched(Map.of(1, "eth1"));
        journal().forgetSwitched();
        assertThat(state).isEmptyDirectory();
    }

    @Test
    void whatIsNoDevicesNameIsNotRead() throws Exception {
        journal().everywhere(new ForwardingJournal.Note(List.of("eth0"), List.of()));
        Path file = state.resolve("journal");
        String odd = "../../ipv6/conf/all,..,.,all,default,a/b,a:b,0123456789abcdef,eth0.100";
        Files.writeString(file, Files.readString(file).replace("eth0", odd));
        assertThat(journal().everywhere()).contains(new ForwardingJournal.Note(List.of("eth0.100"), List.of()));
    }
}
