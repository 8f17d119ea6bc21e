package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.kernel.MemoryKernel;
import io.fanatic.netlink.kernel.RouteState;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UnderlayTest {
    private final MemoryKernel kernel = MemoryKernel.withEthernet("enp0s3", on("enp0s3", "10.0.0.45", 24));

    private static AddressState on(String link, String address, int prefixLength) {
        return new AddressState(link, Ipv4Address.parse(address), prefixLength);
    }

    private Underlay resolve(String spec) {
        return Underlay.resolve(UnderlaySpec.parse(spec), HostState.of(kernel));
    }

    private void assertUnderlay(String spec, String address, String network, int mtu) {
        Underlay underlay = resolve(spec);
        assertThat(underlay.address().toString()).isEqualTo(address);
        assertThat(underlay.network()).isEqualTo(Ipv4Prefix.parse(network));
        assertThat(underlay.mtu()).isEqualTo(mtu);
    }

    @Test
    void thePrefixIsTheAddressPlansAndNotTheInterfaces() {
        assertUnderlay("10.0.0.45/16", "10.0.0.45", "10.0.0.0/16", 1500);
        assertUnderlay("10.0.0.0/16", "10.0.0.45", "10.0.0.0/16", 1500);
        assertUnderlay("enp0s3/16", "10.0.0.45", "10.0.0.0/16", 1500);
        assertUnderlay("enp0s3", "10.0.0.45", "10.0.0.0/24", 1500);
    }

    @Test
    void aCloudsAddressOfLengthThirtyTwoNeedsThePlansPrefix() {
        kernel.put(link("ens5", 9001));
        kernel.addAddress(on("ens5", "172.31.100.192", 32));

        assertUnderlay("ens5/16", "172.31.100.192", "172.31.0.0/16", 9001);
        assertThatThrownBy(() -> resolve("ens5"))
                .hasMessageContainingAll("172.31.100.192/32 on ens5", "/32", "ens5/16");
    }

    @Test
    void theDefaultRouteNamesTheInterface() {
        kernel.put(new RouteState(
                Ipv4Prefix.parse("0.0.0.0/0"),
                RouteState.MAIN,
                Optional.of("enp0s3"),
                "0.0.0.0/0 via 10.0.0.1 dev enp0s3"));

        assertUnderlay("default/16", "10.0.0.45", "10.0.0.0/16", 1500);
        assertUnderlay("default", "10.0.0.45", "10.0.0.0/24", 1500);
    }

    @Test
    void anAddressOfTheLoopbackCountsWhenItIsNamedAndNotOtherwise() {
        kernel.addAddress(on("lo", "10.0.7.7", 32));

        assertUnderlay("10.0.7.7/16", "10.0.7.7", "10.0.0.0/16", 1500);
        assertUnderlay("10.0.0.0/16", "10.0.0.45", "10.0.0.0/16", 1500);
    }

    @Test
    void addressesOfOurOwnBridgesAreNoUnderlay() {
        kernel.put(link("fan-10", 1450).withAlias("fanatic 10.0.0.0/8 192.168.0.0/16 and so on"));
        kernel.addAddress(on("fan-10", "10.0.99.1", 8));

        assertUnderlay("10.0.0.0/16", "10.0.0.45", "10.0.0.0/16", 1500);
    }

    private static LinkState link(String name, int mtu) {
        return new LinkState(name, "", new MacAddress(1), mtu, true, Optional.empty(), "", Optional.empty());
    }
}
