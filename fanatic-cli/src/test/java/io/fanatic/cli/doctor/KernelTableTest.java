package io.fanatic.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures.Result;
import io.fanatic.netlink.kernel.KernelFeatures.Trial;
import io.fanatic.netlink.kernel.RunningKernel;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelTableTest {
    private static final RunningKernel KERNEL = new RunningKernel("5.10.0", "s390x", ByteOrder.BIG_ENDIAN);

    private final KernelTable table = new KernelTable(
            KERNEL,
            List.of(
                    new Trial(KernelFeature.EBPF, Result.WORKS, "", null),
                    new Trial(KernelFeature.TCX, Result.LACKING, "", null),
                    new Trial(KernelFeature.NFTABLES, Result.NOT_TRIED, "unshare: not permitted", null)));

    @Test
    void eachFeatureTellsWhatItGivesAndWhatIsDoneWithoutIt() {
        assertThat(table.lines(80))
                .containsExactly(
                        "Linux 5.10.0 s390x, big-endian",
                        "",
                        "ebpf            yes        the programs that do the arithmetic",
                        "tcx             no         programs that are replaced in one go, beside those of",
                        "                           others (Linux 6.6)",
                        "                           without: a clsact filter each way",
                        "nftables        not tried  masquerading of what leaves the overlay",
                        "                           without: no masquerading: containers reach the",
                        "                                    overlay and their host",
                        "                           seen: unshare: not permitted");
        assertThat(table.suffices()).isTrue();
    }

    @Test
    void withoutWhatIsRequiredThereIsNoFan() {
        KernelTable none =
                new KernelTable(KERNEL, List.of(new Trial(KernelFeature.VXLAN, Result.LACKING, "EOPNOTSUPP", null)));
        assertThat(none.suffices()).isFalse();
        assertThat(none.lines(80)).contains("                           without: no fan");
    }

    @Test
    void programsReadTheSame() {
        JsonObject json = JsonParser.parseString(table.json()).getAsJsonObject();
        assertThat(json.getAsJsonObject("kernel").get("byteOrder").getAsString())
                .isEqualTo("big-endian");
        JsonObject tcx = json.getAsJsonArray("features").get(1).getAsJsonObject();
        assertThat(tcx.get("feature").getAsString()).isEqualTo("tcx");
        assertThat(tcx.get("works").getAsBoolean()).isFalse();
        assertThat(tcx.get("without").getAsString()).isEqualTo("a clsact filter each way");
        assertThat(json.getAsJsonArray("features")
                        .get(2)
                        .getAsJsonObject()
                        .get("works")
                        .isJsonNull())
                .isTrue();
    }
}
