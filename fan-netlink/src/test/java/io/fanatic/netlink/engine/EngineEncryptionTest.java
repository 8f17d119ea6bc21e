package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.MemoryKernel;
import io.fanatic.netlink.route.BlockPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a fan comes to encrypted packets and leaves them, on a host in memory. */
class EngineEncryptionTest {
    private static final Ipv4Prefix OVERLAY = Ipv4Prefix.parse("250.0.0.0/8");
    private static final UnderlaySpec UNDERLAY = UnderlaySpec.parse("10.0.0.45/16");
    private static final FanEntry PLAIN = FanEntry.parse("250.0.0.0/8 10.0.0.45/16");
    private static final FanEntry ENCRYPTED = FanEntry.parse("250.0.0.0/8 10.0.0.45/16 encrypt psk:/k");
    private static final FanEntry OTHER_KEY = FanEntry.parse("250.0.0.0/8 10.0.0.45/16 encrypt psk:/l");

    private static final FanEntry CERTIFICATE = FanEntry.parse("250.0.0.0/8 10.0.0.45/16 encrypt cert:/c");

    private final MemoryKernel kernel = host();
    private final Engine engine = new Engine(kernel);

    private static MemoryKernel host() {
        return MemoryKernel.withEthernet("eth0", new AddressState("eth0", Ipv4Address.parse("10.0.0.45"), 16));
    }

    @Test
    void clearTextIsBlockedBeforeThereIsATunnelAndUntilThereIsNone() {
        List<String> up = engine.planUp(ENCRYPTED).lines();
        assertThat(up)
                .containsSubsequence(
                        "block clear text out to 10.0.0.0/16 port 8472 (IPsec policy)",
                        "block clear text in from 0.0.0.0/0 port 8472 (IPsec policy)",
                        "have strongSwan encrypt fan-250");
        assertThat(up).last().isEqualTo("have strongSwan encrypt fan-250");
        engine.up(ENCRYPTED);
        assertThat(engine.list().get(0).encryption())
                .isEqualTo(ENCRYPTED.options().encryption());
        assertThat(engine.list().get(0).mtu()).isEqualTo(1416);
        assertThat(kernel.blocked())
                .containsExactlyInAnyOrder(
                        new BlockPolicy(false, Ipv4Prefix.parse("10.0.0.0/16"), 8472),
                        new BlockPolicy(true, Ipv4Prefix.parse("0.0.0.0/0"), 8472));
        assertThat(engine.up(ENCRYPTED).isEmpty()).isTrue();
        assertThat(engine.planDown(OVERLAY, UNDERLAY).lines())
                .containsSubsequence(
                        "have strongSwan forget fan-250",
                        "delete tunnel ftun-250",
                        "let clear text pass in from 0.0.0.0/0 port 8472 (IPsec policy)",
                        "let clear text pass out to 10.0.0.0/16 port 8472 (IPsec policy)");
    }

    @Test
    void aFanGoesFromEachFormToEachOtherAndThenNothingIsLeftToDo() {
        HostState before = HostState.of(kernel);
        for (FanEntry from : List.of(PLAIN, ENCRYPTED, OTHER_KEY, CERTIFICATE)) {
            for (FanEntry to : List.of(PLAIN, ENCRYPTED, OTHER_KEY, CERTIFICATE)) {
                engine.up(from);
                engine.up(to);
                assertThat(engine.up(to).isEmpty()).as("%s to %s", from, to).isTrue();
                assertThat(kernel.blocked()).hasSize(to.equals(PLAIN) ? 0 : 2);
                assertThat(kernel.connections()).hasSize(to.equals(PLAIN) ? 0 : 1);
            }
        }
        engine.down(OVERLAY, UNDERLAY);
        assertThat(HostState.of(kernel).differencesFrom(before)).isEmpty();
    }

    @Test
    void whatCannotBeEncryptedIsRefusedAndNothingIsTouched() {
        kernel.stopStrongSwan("strongSwan does not answer");
        HostState before = HostState.of(kernel);
        assertThatThrownBy(() -> engine.up(ENCRYPTED))
                .isInstanceOfSatisfying(
                        FanException.class, e -> assertThat(e.reason()).isEqualTo(FanException.Reason.UNSUPPORTED))
                .hasMessageContaining("strongSwan does not answer");
        Kernel without = StubbornKernel.thatAnswers(host(), "has", false);
        assertThatThrownBy(() -> new Engine(without).up(ENCRYPTED))
                .isInstanceOfSatisfying(
                        FanException.class, e -> assertThat(e.reason()).isEqualTo(FanException.Reason.UNSUPPORTED));
        assertThat(HostState.of(kernel).differencesFrom(before)).isEmpty();
    }

    @Test
    void aFanWhoseStrongSwanHasEndedKeepsItsPoliciesWhateverIsDoneToOthersAndGoes() {
        HostState before = HostState.of(kernel);
        FanEntry other = FanEntry.parse("251.0.0.0/8 10.0.0.45/16 port 8473");
        engine.up(ENCRYPTED);
        kernel.stopStrongSwan("strongSwan does not answer");
        engine.up(other);
        engine.down(other.overlay(), other.underlay());
        assertThat(kernel.blocked()).hasSize(2);
        engine.down(OVERLAY, UNDERLAY);
        assertThat(HostState.of(kernel).differencesFrom(before)).isEmpty();
    }

    @Test
    void fansThatIpsecCouldNotTellApartAreRefused() {
        engine.up(PLAIN);
        assertThatThrownBy(() -> engine.up(FanEntry.parse("251.0.0.0/8 10.0.0.45/16 encrypt psk:/k")))
                .hasMessageContaining("needs a UDP port of its own");
        engine.up(FanEntry.parse("251.0.0.0/8 10.0.0.45/16 port 8473 encrypt psk:/k"));
        engine.down(OVERLAY, UNDERLAY);
        engine.down(Ipv4Prefix.parse("251.0.0.0/8"), UNDERLAY);
        engine.up(FanEntry.parse("250.0.0.0/8 10.0.0.45/16 direct"));
        assertThatThrownBy(() -> engine.up(FanEntry.parse("251.0.0.0/8 10.0.0.45/16 port 8473 encrypt psk:/k")))
                .hasMessageContaining("without --direct");
    }

    @Test
    void oneFanOfAHostHasCertificates() {
        engine.up(CERTIFICATE);
        assertThatThrownBy(() -> engine.up(FanEntry.parse("251.0.0.0/8 10.0.0.45/16 port 8473 encrypt cert:/c")))
                .isInstanceOfSatisfying(
                        FanException.class, e -> assertThat(e.reason()).isEqualTo(FanException.Reason.CONFLICT))
                .hasMessageContainingAll("one fan of a host can have certificates", "250.0.0.0/8");
        engine.up(FanEntry.parse("251.0.0.0/8 10.0.0.45/16 port 8473 encrypt psk:/k"));
        assertThat(engine.up(CERTIFICATE).isEmpty()).isTrue();
    }

    @Test
    void aKeyFileWhoseNameDoesNotFitTheAliasIsRefused() {
        assertThatThrownBy(() -> engine.up(FanEntry.parse("250.0.0.0/8 10.0.0.45/16 encrypt psk:/" + "k".repeat(79))))
                .hasMessageContainingAll("ifalias", "characters shorter");
    }

    @Test
    void afterAnyCallThatFailsTheHostIsAsBefore() {
        EngineTest.everyCallFails(host -> {}, engine -> engine.up(ENCRYPTED));
        EngineTest.everyCallFails(host -> new Engine(host).up(PLAIN), engine -> engine.up(ENCRYPTED));
        EngineTest.everyCallFails(host -> new Engine(host).up(ENCRYPTED), engine -> engine.up(PLAIN));
        EngineTest.everyCallFails(host -> new Engine(host).up(ENCRYPTED), engine -> engine.down(OVERLAY, UNDERLAY));
    }
}
