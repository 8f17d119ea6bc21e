package io.fanatic.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.FanNetwork.IfInUse;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.Plan;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Finding;
import io.fanatic.netlink.health.Findings;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.MemoryKernel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a program that embeds the library needs for tests of its own, without a kernel and without root. */
class FakedNetworkTest {
    private static final FanEntry ENTRY = FanEntry.parse(List.of("250.0.0.0/8", "10.0.0.0/16"));

    private final MemoryKernel kernel =
            MemoryKernel.withEthernet("eth0", new AddressState("eth0", Ipv4Address.parse("10.0.0.45"), 16));
    private final FanNetwork network = FanNetwork.over(kernel);

    @Test
    void aFanComesUpAndGoesByItsEntryOrAsItself() {
        assertThat(network.up(ENTRY).isEmpty()).isFalse();
        Fan fan = network.list().get(0);
        assertThat(fan.bridge()).isEqualTo("fan-250");
        assertThat(network.plan(ENTRY)).hasToString("nothing to do");
        assertThat(network.down(ENTRY).isEmpty()).isFalse();
        assertThat(network.list()).isEmpty();

        network.up(ENTRY);
        assertThat(network.down(fan).isEmpty()).isFalse();
        assertThat(network.down(fan).isEmpty()).as("again is no error").isTrue();
        network.up(ENTRY);
        network.down(ENTRY.overlay(), ENTRY.underlay(), IfInUse.CUT_OFF);
        assertThat(network.list()).isEmpty();
    }

    @Test
    void aPlanIsComparedAndPrinted() {
        Plan plan = network.plan(ENTRY);
        assertThat(plan).isEqualTo(network.plan(ENTRY)).hasSameHashCodeAs(network.plan(ENTRY));
        assertThat(plan.toString()).isEqualTo(String.join("; ", plan.lines()));
        network.up(ENTRY);
        assertThat(plan).isNotEqualTo(network.plan(ENTRY));
    }

    @Test
    @SuppressWarnings("NullAway") // On purpose.
    void nullIsRefusedByName() {
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> network.up(null), () -> network.plan(null), () -> network.preview(null))) {
            assertThatNullPointerException().isThrownBy(call).withMessage("entry");
        }
        assertThatNullPointerException().isThrownBy(() -> network.resolve(null)).withMessage("underlay");
        assertThatNullPointerException()
                .isThrownBy(() -> network.down(null, ENTRY.underlay()))
                .withMessage("overlay");
        assertThatNullPointerException().isThrownBy(() -> network.waiting(null)).withMessage("timeout");
    }

    @Test
    void anExceptionThatWasSentElsewhereStillSaysWhatIsLeft() throws Exception {
        FanException sent =
                new FanException(FanException.Reason.NOT_UNDONE, "it did not work", List.of("fan-250"), null);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(sent);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isInstanceOfSatisfying(FanException.class, received -> {
                assertThat(received.leftBehind()).containsExactly("fan-250");
                assertThat(received.reason()).isEqualTo(FanException.Reason.NOT_UNDONE);
            });
        }
        kernel.failAt(1);
        assertThatExceptionOfType(FanException.class)
                .isThrownBy(() -> network.up(ENTRY))
                .satisfies(e -> assertThat(e.leftBehind()).isEmpty());
    }

    @Test
    void findingsAreMadeWithoutAHost() {
        Findings findings = new Findings();
        findings.looked();
        findings.add(Finding.of(Code.DROPS, Finding.HOST, "something", List.of("seen"), "fix"));
        assertThat(findings.diagnosis().looked()).isEqualTo(1);
        assertThat(findings.diagnosis().causes()).extracting(Finding::title).containsExactly("something");
    }
}
