package io.fanatic.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.wire.NetlinkException;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AddressesTest {
    private static final int PROTOCOL = 200;

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    Addresses addresses;
    int bridge;

    @BeforeEach
    void makeBridge() {
        NetlinkSocket socket = inside.socket();
        addresses = new Addresses(socket);
        bridge = new Links(socket).create(NewLink.bridge("br0").up());
    }

    @Test
    void theListIsThatOfIpAddress() {
        addresses.add(address("250.0.45.1", 8));
        addresses.add(address("250.0.45.2", 8));
        inside.sh("ip addr add 10.1.1.1 peer 10.1.1.2/32 dev br0 label br0:x");
        inside.sh("ip addr add 10.9.9.9/24 dev br0 valid_lft 1000 preferred_lft 1000");

        List<String> theirs = new ArrayList<>();
        for (JsonElement link : inside.json("ip -j -4 addr show")) {
            for (JsonElement element : link.getAsJsonObject().getAsJsonArray("addr_info")) {
                JsonObject info = element.getAsJsonObject();
                theirs.add(info.get("local").getAsString() + "/" + info.get("prefixlen") + " " + info.has("secondary")
                        + " " + info.get("label").getAsString() + " " + info.has("dynamic"));
            }
        }
        List<String> ours = new ArrayList<>();
        for (InterfaceAddress a : addresses.list()) {
            ours.add(a.address() + "/" + a.prefixLength() + " " + a.secondary() + " " + a.label() + " "
                    + !a.permanent());
        }
        assertThat(ours).containsExactlyElementsOf(theirs).hasSize(4);
    }

    @Test
    void anAddressKeepsItsProtocolAndIsDeletedAgain() {
        InterfaceAddress address = address("250.0.45.1", 8);
        addresses.add(address);

        InterfaceAddress seen = addresses.list().get(0);
        assertThat(seen.index()).isEqualTo(bridge);
        assertThat(seen.address()).isEqualTo(address.address());
        assertThat(seen.peer()).isEqualTo(address.address());
        assertThat(seen.prefixLength()).isEqualTo(8);
        // Of Linux 5.18, as are VNI filters.
        boolean kept = KernelFeatures.ofThisKernel().has(KernelFeature.VNI_FILTER);
        assertThat(seen.protocol()).isEqualTo(kept ? PROTOCOL : 0);
        assertThat(seen.permanent()).isTrue();
        // Debian 12's knows no protocol of addresses.
        assertThat(inside.sh("ip addr show dev br0"))
                .satisfiesAnyOf(
                        shown -> assertThat(shown).contains("proto 0xc8"),
                        shown -> assertThat(kept).isFalse(),
                        shown -> assertThat(inside.sh("ip -V")).contains("iproute2-6.1."));
        addresses.delete(seen);
        assertThat(addresses.list()).isEmpty();
    }

    @Test
    void theSameAddressTwiceAndAnAbsentOneAreRefused() {
        addresses.add(address("250.0.45.1", 8));

        assertThatThrownBy(() -> addresses.add(address("250.0.45.1", 8)))
                .isInstanceOfSatisfying(
                        NetlinkException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST))
                .hasMessageContaining("add address 250.0.45.1/8");
        assertThatThrownBy(() -> addresses.delete(address("250.0.45.9", 8)))
                .isInstanceOfSatisfying(
                        NetlinkException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EADDRNOTAVAIL));
    }

    private InterfaceAddress address(String text, int prefixLength) {
        return InterfaceAddress.of(bridge, Ipv4Address.parse(text), prefixLength, PROTOCOL);
    }
}
