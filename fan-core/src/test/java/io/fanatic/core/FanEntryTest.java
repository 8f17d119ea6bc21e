package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FanEntryTest {

    private static FanEntry parse(String line) {
        return FanEntry.parse(List.of(line.split(" ")));
    }

    @Test
    void everyFlagIsRead() {
        FanEntry entry = parse(
                "250.0.0.0/8 10.0.0.45/16 mtu 1400 dhcp vni 7 port 4789 underlay-only bridge br-lan off host-reserve 20 shares dhcp:1/2,docker:1/2");
        assertThat(entry.overlay()).isEqualTo(Ipv4Prefix.parse("250.0.0.0/8"));
        assertThat(entry.underlay()).isEqualTo(UnderlaySpec.parse("10.0.0.45/16"));
        assertThat(entry.options())
                .isEqualTo(FanOptions.builder()
                        .dhcp(true)
                        .off(true)
                        .hostReserve(20)
                        .bridge("br-lan")
                        .port(4789)
                        .vni(7)
                        .mtu(1400)
                        .underlayOnly(true)
                        .shares(Shares.parse("docker:1/2,dhcp:1/2"))
                        .build());
        assertThat(entry)
                .hasToString(
                        "250.0.0.0/8 10.0.0.45/16 dhcp off host-reserve 20 bridge br-lan port 4789 vni 7 mtu 1400 underlay-only shares docker:1/2,dhcp:1/2");
    }

    @Test
    void ipipHasNeitherPortNorVni() {
        FanEntry entry = parse("250.0.0.0/8 10.0.0.45/16 no-accept mtu 1400 ipip no-nat");
        assertThat(entry).hasToString("250.0.0.0/8 10.0.0.45/16 ipip mtu 1400 no-nat no-accept");
        assertThat(entry.options().type()).isEqualTo(TunnelType.IPIP);
        for (String flag : List.of("port 4789", "vni 7")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> parse("250.0.0.0/8 10.0.0.45/16 " + flag + " ipip"))
                    .withMessageContaining(flag.substring(0, flag.indexOf(' ')) + " does not go with ipip");
        }
    }

    @Test
    void aLineWithoutFlagsHasTheDefaults() {
        assertThat(parse("250.0.0.0/8 10.0.0.0/16").options()).isEqualTo(FanOptions.DEFAULT);
        assertThat(FanOptions.DEFAULT.hostReserve()).isEqualTo(1);
        assertThat(FanOptions.DEFAULT).hasToString("");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.45/16",
                "10.0.0.0/16",
                "172.31.7.9/32",
                "eth0/16",
                "eth0",
                "eth0.100",
                "default/16",
                "default",
                "br-lan/24",
                "dhcp/16"
            })
    void bothFieldOrdersSayTheSameAndTheOverlayIsWrittenFirst(String underlay) {
        assertThat(parse(underlay + " 250.0.0.0/8 dhcp"))
                .isEqualTo(parse("250.0.0.0/8 " + underlay + " dhcp"))
                .hasToString("250.0.0.0/8 " + underlay + " dhcp");
    }

    @Test
    void theMappingIsKnownOnceTheUnderlaysNetworkIs() {
        assertThat(parse("250.0.0.0/8 10.0.0.45/16").mapping())
                .contains(FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16")));
        assertThat(parse("250.0.0.0/8 eth0/16").mapping()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "250.0.0.0/8 | \"250.0.0.0/8\" stands alone; expected <overlay> <underlay> [flag...], such as 250.0.0.0/8 10.0.0.0/16 dhcp",
                "eth0 eth1   | neither \"eth0\" nor \"eth1\" is an overlay, such as 250.0.0.0/8",
                "10.0.0.0/8 250.0.0.0/8 | 10.0.0.0/8 and 250.0.0.0/8 have the same prefix length; the overlay's must be shorter by at least 2",
                "250.0.0.1/8 10.0.0.0/16 | 250.0.0.1/8 has host bits set; the network is 250.0.0.0/8",
                "250.0.0.0/8 10.0.0.0/9 | overlay 250.0.0.0/8 over a /9 underlay leaves each host a slice of /31, too small for a"
                        + " container; choose prefixes at least 2 apart",
                "250.0.0.0/8 eth0/8 | overlay 250.0.0.0/8 must be wider than its underlay, which is a /8; choose an overlay with a"
                        + " prefix of at most /6",
                "250.0.0.0/8 250.1.0.0/16 | overlay 250.0.0.0/8 and underlay 250.1.0.0/16 overlap; choose an overlay outside the"
                        + " underlay, such as 240.0.0.0/8",
                "127.0.0.0/8 eth0 | overlay 127.0.0.0/8 cannot work: it is loopback, which never leaves a host; choose one of"
                        + " 240.0.0.0/8 to 254.0.0.0/8, such as 250.0.0.0/8",
                "250.0.0.0/8 dhcp | \"dhcp\" stands where overlay or underlay should; expected <overlay> <underlay> [flag...], such"
                        + " as 250.0.0.0/8 10.0.0.0/16 dhcp (for an interface of that name give its prefix length too)",
                "250.0.0.0/8 eth0/16 dchp | \"dchp\" is not a flag; expected ipip, dhcp, off, host-reserve N, bridge NAME, port P, vni N, mtu N, underlay-only, no-nat, no-accept, shares LIST, no-fast, overlay6 PREFIX, direct, direct=accept, names, encrypt METHOD:FILE or encrypt-udp",
                "250.0.0.0/8 eth0/16 dhcp dhcp | \"dhcp\" is given twice",
                "250.0.0.0/8 eth0/16 port 1 port 2 | \"port\" is given twice",
                "250.0.0.0/8 eth0/16 host-reserve | \"host-reserve\" needs a number after it",
                "250.0.0.0/8 eth0/16 shares | \"shares\" needs a list after it",
                "250.0.0.0/8 eth0/16 shares docker:1/2,dhcp:all | \"docker:1/2,dhcp:all\" gives away more than the whole slice",
                "250.0.0.0/8 eth0/16 shares docker | \"docker\" is not a list of shares; expected ENGINE:FRACTION,... with docker, dhcp,"
                        + " podman or cni, and all, 1/2, 1/4, to 1/256",
                "250.0.0.0/8 eth0/16 bridge | \"bridge\" needs a name after it",
                "250.0.0.0/8 eth0/16 host-reserve two | \"two\" after host-reserve is not a number from 1 to 536870909",
                "250.0.0.0/8 eth0/16 host-reserve 0 | \"0\" after host-reserve is not a number from 1 to 536870909",
                "250.0.0.0/8 eth0/16 host-reserve 254 | host-reserve 254 does not fit a slice of /24; choose 1 to 253",
                "250.0.0.0/8 10.0.0.0/16 host-reserve 254 | host-reserve 254 does not fit a slice of /24; choose 1 to 253",
                "250.0.0.0/8 eth0/16 port 0 | \"0\" after port is not a number from 1 to 65535",
                "250.0.0.0/8 eth0/16 port 65536 | \"65536\" after port is not a number from 1 to 65535",
                "250.0.0.0/8 eth0/16 vni 16777216 | \"16777216\" after vni is not a number from 0 to 16777215",
                "250.0.0.0/8 eth0/16 vni -1 | \"-1\" after vni is not a number from 0 to 16777215",
                "250.0.0.0/8 eth0/16 mtu 67 | \"67\" after mtu is not a number from 68 to 65535",
                "250.0.0.0/8 eth0/16 mtu 99999999999 | \"99999999999\" after mtu is not a number from 68 to 65535",
                "250.0.0.0/8 eth0/16 bridge a/b | bridge name \"a/b\" has a character that Linux does not allow in it",
                "250.0.0.0/8 eth0/16 bridge thisnameistoolong | bridge name \"thisnameistoolong\" has 17 bytes; Linux allows 15",
            })
    void aBadLineIsRefusedWithTheWordAndWhatWasExpected(String line, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> parse(line)).withMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "host-reserve 253",
                "port 1",
                "port 65535",
                "vni 0",
                "vni 16777215",
                "mtu 68",
                "mtu 65535",
                "bridge 123456789012345"
            })
    void theEndsOfEveryRangeAreTaken(String flag) {
        assertThat(parse("250.0.0.0/8 10.0.0.0/16 " + flag)).hasToString("250.0.0.0/8 10.0.0.0/16 " + flag);
    }

    @Test
    void aReserveThatOnlyTheHostCanJudgeIsLeftToIt() {
        assertThat(parse("250.0.0.0/8 eth0 host-reserve 100000").options().hostReserve())
                .isEqualTo(100_000);
    }

    @Test
    void optionsBuiltInCodeAreCheckedLikeThoseRead() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FanOptions.DEFAULT.withPort(0))
                .withMessage("port 0 is not from 1 to 65535");
        assertThatIllegalArgumentException().isThrownBy(() -> FanOptions.DEFAULT.withHostReserve(0));
        assertThatIllegalArgumentException().isThrownBy(() -> FanOptions.DEFAULT.withVni(1 << 24));
        assertThatIllegalArgumentException().isThrownBy(() -> FanOptions.DEFAULT.withMtu(67));
        assertThatIllegalArgumentException().isThrownBy(() -> FanOptions.DEFAULT.withBridge(""));
    }
}
