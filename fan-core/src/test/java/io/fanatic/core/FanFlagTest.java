package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FanFlagTest {
    private static final Map<String, String> VALUES = Map.of(
            "N",
            "99",
            "P",
            "4789",
            "NAME",
            "br0",
            "LIST",
            "docker:all",
            "PREFIX",
            "fd00:fa::/48",
            "METHOD:FILE",
            "psk:/k");

    private static FanOptions given(FanFlag flag) {
        return FanOptions.DEFAULT.with(flag, Objects.requireNonNull(VALUES.getOrDefault(flag.label(), "")));
    }

    @ParameterizedTest
    @EnumSource(value = FanFlag.class, names = "FAST", mode = EnumSource.Mode.EXCLUDE)
    void eachFlagReadsBackAndMakesOtherOptions(FanFlag flag) {
        FanOptions options = given(flag);
        String text = flag.word() + (flag.hasValue() ? " " + VALUES.get(flag.label()) : "");
        assertThat(options).hasToString(text);
        FanOptions read = FanOptions.parse(List.of(text.split(" ")));
        assertThat(read).isEqualTo(options).hasSameHashCodeAs(options).isNotEqualTo(FanOptions.DEFAULT);
        assertThat(options.toBuilder().build()).isEqualTo(options);
        assertThat(FanFlag.of(flag.word())).contains(flag);
    }

    /** An option that toString, equals or a builder's copy forgets would differ from nothing. */
    @Test
    void eachOptionIsOneFlag() {
        Set<FanOptions> all = new HashSet<>(Set.of(FanOptions.DEFAULT));
        for (FanFlag flag : FanFlag.values()) {
            all.add(given(flag));
        }
        // The default among them, as FAST gives it.
        assertThat(all).hasSize(FanFlag.values().length);
        long options = 0;
        for (Method method : FanOptions.class.getDeclaredMethods()) {
            boolean getter = Modifier.isPublic(method.getModifiers())
                    && !Modifier.isStatic(method.getModifiers())
                    && method.getParameterCount() == 0
                    && !List.of(
                                    "toString",
                                    "hashCode",
                                    "toBuilder",
                                    "withoutMtu",
                                    "withoutOverlay6",
                                    "withoutEncryption")
                            .contains(method.getName());
            options += getter ? 1 : 0;
        }
        // The options of DIRECT and NO_FAST.
        long sharing = List.of(FanFlag.DIRECT_ACCEPT, FanFlag.FAST).size();
        assertThat(options).isEqualTo(FanFlag.values().length - sharing);
    }

    @Test
    void aWordThatIsNoFlagIsToldAllOfThem() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FanOptions.parse(List.of("dchp")))
                .withMessage("\"dchp\" is not a flag; expected ipip, dhcp, off, host-reserve N, bridge NAME, port P,"
                        + " vni N, mtu N, underlay-only, no-nat, no-accept, shares LIST, no-fast, overlay6 PREFIX,"
                        + " direct, direct=accept, names, encrypt METHOD:FILE or encrypt-udp");
    }

    @Test
    void anIpv6OverlayTakesVxlanAndAnMtuThatIpv6Allows() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FanOptions.parse(List.of("ipip", "overlay6", "fd00:fa::/48")))
                .withMessage("overlay6 does not go with ipip, which carries IPv4 packets only");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FanOptions.parse(List.of("mtu", "1279", "overlay6", "fd00:fa::/48")))
                .withMessage("overlay6 takes an mtu of at least 1280, not 1279");
        assertThat(FanOptions.parse(List.of("mtu", "1280", "overlay6", "fd00:fa::/48"))
                        .overlay6())
                .contains(Ipv6Prefix.parse("fd00:fa::/48"));
    }

    @Test
    void theTwoFormsOfDirectExcludeEachOther() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FanOptions.parse(List.of("direct", "direct=accept")))
                .withMessage("direct and direct=accept exclude each other");
    }

    @Test
    void aFlagWithoutItsValueSaysWhatItNeeds() {
        for (String[] each :
                new String[][] {{"bridge", "name"}, {"shares", "list"}, {"mtu", "number"}, {"overlay6", "network"}}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> FanOptions.parse(List.of(each[0])))
                    .withMessage("\"" + each[0] + "\" needs a " + each[1] + " after it");
        }
    }
}
