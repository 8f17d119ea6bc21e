package io.fanatic.netlink.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.IpFamily;
import io.fanatic.netlink.route.NeighbourTable;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NeighbourTableCheckTest {
    private static final NeighbourTable TABLE = new NeighbourTable(IpFamily.IPV4, 1030, 1024, 7);

    @Test
    void aFullTableIsAnErrorAndNamesWhoHasMostOfIt() {
        Finding finding = NeighbourTableCheck.finding(
                TABLE, 1024, 3, Map.of("the container behind v1 (eth0)", 1000, "this host, on eth0", 4));
        assertThat(finding.code()).isEqualTo(Code.NEIGHBOURS_FULL);
        assertThat(finding.severity()).isEqualTo(Severity.ERROR);
        assertThat(finding.evidence())
                .containsExactly(
                        "1024 entries of all network namespaces, net.ipv4.neigh.default.gc_thresh3 is 1024",
                        "3 entries were refused while this was looked at",
                        "most of those seen, 1000, has the container behind v1 (eth0)");
        assertThat(finding.fix())
                .isEqualTo("sysctl -w net.ipv4.neigh.default.gc_thresh2=4096 net.ipv4.neigh.default.gc_thresh3=8192");
    }

    @Test
    void entriesThatAreRefusedMakeItFullAlsoWhereSomeAreFreeAgain() {
        assertThat(NeighbourTableCheck.finding(TABLE, 600, 1, Map.of()).severity())
                .isEqualTo(Severity.ERROR);
    }

    @Test
    void aTableThatIsNearlyFullIsAWarningAndNobodyIsNamedWhoHasNothing() {
        Finding finding = NeighbourTableCheck.finding(
                new NeighbourTable(IpFamily.IPV6, 1000, 1024, 7), 1000, 0, Map.of("the container behind v1 (eth0)", 0));
        assertThat(finding.severity()).isEqualTo(Severity.WARNING);
        assertThat(finding.evidence())
                .containsExactly("1000 entries of all network namespaces, net.ipv6.neigh.default.gc_thresh3 is 1024");
    }
}
