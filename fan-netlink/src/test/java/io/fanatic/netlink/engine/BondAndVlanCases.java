package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.FanException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Underlay devices that not every kernel has, in the guests of KernelSuite: bonds, VLANs, and a VLAN over a bond. */
class BondAndVlanCases extends FastPathDevices {
    private static final String VLAN =
            "sysctl -eqw net.bridge.bridge-nf-call-iptables=0; ip link add link %s name v5 type vlan id 5";

    private static String bond(String mode) {
        return "ip link add bond7 type bond miimon 100 mode " + mode + "; ip link set u0 master bond7";
    }

    @Test
    void aBond() {
        assertFast(bond("active-backup"), "bond7");
    }

    @Test
    void aVlan() {
        assertFast(String.format(VLAN, "u0"), "v5");
    }

    @Test
    void aVlanOverABond() {
        assertFast(bond("802.3ad") + "; ip link set bond7 up; " + String.format(VLAN, "bond7"), "v5");
    }

    @Test
    void directlyByABond() {
        assertDirect(bond("active-backup"), "bond7");
    }

    @Test
    void directlyByAVlan() {
        assertDirect(String.format(VLAN, "u0"), "v5");
    }

    @Test
    void directlyByAVlanOverABond() {
        assertDirect(bond("802.3ad") + "; ip link set bond7 up; " + String.format(VLAN, "bond7"), "v5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"balance-alb", "balance-tlb"})
    void aBondThatSendsWithTheAddressesOfItsPortsIsRefused(String mode) {
        TwoFans fans = new TwoFans(namespaces, directory, HERE, HERE, bond(mode), "bond7");
        assertThatThrownBy(() -> fans.up(FAN, "10.0.0.0/16", "direct"))
                .isInstanceOf(FanException.class)
                .hasMessageContaining("the bond bond7 sends with the addresses of its ports");
    }
}
