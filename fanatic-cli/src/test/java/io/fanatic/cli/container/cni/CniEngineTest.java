package io.fanatic.cli.container.cni;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.CliRun;
import io.fanatic.cli.container.ContainerNet;
import io.fanatic.cli.container.EngineHost;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.FileEngineTests;
import io.fanatic.cli.daemon.Containerd;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.names.NamedContainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ctr run --cni} with a containerd on each of two hosts. */
class CniEngineTest extends FileEngineTests<Containerd> {
    private static final Path FILE = Path.of("/etc/cni/net.d/50-fan-250.conflist");
    private static final Path RESERVED = Path.of("/var/lib/cni/networks/fan-250");

    CniEngineTest() {
        super(EngineKind.CNI, FILE.toString());
    }

    @Override
    protected Containerd start(LabHost host) {
        return Containerd.start(host);
    }

    @Override
    protected long run(Containerd containerd, String name) {
        return containerd.run(name);
    }

    @Override
    protected void removeContainers(Containerd containerd) {
        containerd.removeContainers();
    }

    @Test
    void whatEndedWithoutItsRuntimeTakingItOffBlocksNothing(Lab lab) {
        EngineHost host = new EngineHost(lab.hosts().get(0), EngineKind.CNI);
        Containerd containerd = engine(0);
        host.enable();
        long process = containerd.run("ended");
        assertThat(host.containers()).containsExactly("default-ended");
        Ipv4Address address = ContainerNet.of(EngineHost.namespace(process)).address();
        FanAttachment fan = host.fan();
        assertThat(host.inside(() -> host.engine().named(fan)))
                .as("by the name that CNI has for it")
                .containsExactly(new NamedContainer("default-ended", List.of(), List.of(address)));
        // As nerdctl registers its containers (docs/dir.md of nerdctl); host-local has a file for each address.
        host.host()
                .exec(
                        "sh",
                        "-ec",
                        "mkdir -p /var/lib/nerdctl/1935db59/names/default; printf ended"
                                + " >/var/lib/nerdctl/1935db59/names/default/web; cp " + RESERVED + "/" + address + " "
                                + RESERVED + "/fd00:fa:0:1::2")
                .orThrow();
        assertThat(host.inside(() -> host.engine().named(fan)))
                .containsExactly(
                        new NamedContainer("web", List.of(), List.of(address, IpAddress.parse("fd00:fa:0:1::2"))));
        assertThat(host.containers()).containsExactly("default-ended");
        host.host()
                .exec("rm", "-r", "/var/lib/nerdctl", RESERVED + "/fd00:fa:0:1::2")
                .orThrow();
        // Without the file the plugins are not asked when it ends.
        host.inside(() -> Files.move(FILE, FILE.resolveSibling("away")));
        containerd.removeContainers();
        host.inside(() -> Files.move(FILE.resolveSibling("away"), FILE));
        host.host().exec("sh", "-c", "ls " + RESERVED + "/250.*").orThrow();
        assertThat(host.containers()).isEmpty();
        assertThat(host.inside(() -> host.engine().named(fan))).isEmpty();
        assertThat(host.disable(false).steps()).hasSize(1);
        assertThat(host.inside(() -> Files.exists(RESERVED))).isFalse();
    }

    @Test
    void whatIsForcedOffTheFanLeavesNoAddressBehind(Lab lab) {
        EngineHost host = new EngineHost(lab.hosts().get(0), EngineKind.CNI);
        Containerd containerd = engine(0);
        host.enable();
        containerd.run("forced");
        assertThat(host.disable(true).steps())
                .hasSize(2)
                .first()
                .isEqualTo("take default-forced off the fan; they keep running without it; their addresses are free"
                        + " again");
        containerd.removeContainers();
        assertThat(host.containers()).isEmpty();
        host.enable();
        assertThat(ContainerNet.of(EngineHost.namespace(containerd.run("next"))).address())
                .hasToString("250.0.1.2");
    }

    /** By the argument that the specification has for it; a runtime such as nerdctl passes it on. */
    @Test
    void aContainerGetsTheAddressThatItAsksFor(Lab lab) {
        EngineHost host = new EngineHost(lab.hosts().get(0), EngineKind.CNI);
        host.enable();
        String plugin = "jq '.plugins[0] + {name, cniVersion}' " + FILE + " | CNI_CONTAINERID=fixed CNI_IFNAME=eth0"
                + " CNI_NETNS=/run/netns/fixed CNI_PATH=/usr/lib/cni CNI_ARGS='IgnoreUnknown=1;IP=250.0.1.20'"
                + " /usr/lib/cni/bridge";
        host.host().exec("ip", "netns", "add", "fixed").orThrow();
        try {
            host.host()
                    .exec("sh", "-ec", plugin.replace("| ", "| env CNI_COMMAND=ADD "))
                    .orThrow();
            assertThat(host.host()
                            .exec("ip", "-n", "fixed", "-4", "-o", "address", "show", "dev", "eth0")
                            .orThrow()
                            .output())
                    .contains(" 250.0.1.20/8 ");
            host.host()
                    .exec("sh", "-ec", plugin.replace("| ", "| env CNI_COMMAND=DEL "))
                    .orThrow();
        } finally {
            host.host().exec("ip", "netns", "delete", "fixed");
        }
    }

    /** By the plugin portmap, called as a runtime calls it that has it in its own list. */
    @ParameterizedTest
    @ValueSource(strings = {"", " --direct"})
    void aPublishedPortIsReachedFromEverywhere(String form, Lab lab) {
        String up = "up -u 10.0.0.0/16 -o 250.0.0.0/8";
        LabHost first = lab.hosts().get(0);
        try {
            EngineHost.bringUp(lab, up, form);
            lab.hosts().forEach(host -> new EngineHost(host, EngineKind.CNI).enable());
            long pid = engine(0).run("web");
            Namespace web = EngineHost.namespace(pid);
            String network = "/proc/" + pid + "/ns/net";
            String call =
                    "echo '{\"cniVersion\": \"0.4.0\", \"name\": \"fan-250\", \"type\": \"portmap\", \"runtimeConfig\": {"
                            + "\"portMappings\": [{\"hostPort\": 8080, \"containerPort\": 80, \"protocol\": \"tcp\"}]},"
                            + " \"prevResult\": {\"cniVersion\": \"0.4.0\", \"interfaces\": [{\"name\": \"eth0\", \"sandbox\": \""
                            + network
                            + "\"}], \"ips\": [{\"version\": \"4\", \"address\": \""
                            + ContainerNet.of(web).address()
                            + "/8\", \"interface\": 0}]}}' | CNI_CONTAINERID=web CNI_IFNAME=eth0 CNI_NETNS="
                            + network + " CNI_PATH=/usr/lib/cni CNI_COMMAND=%s /usr/lib/cni/portmap";
            first.exec("sh", "-c", String.format(call, "ADD")).orThrow();
            try {
                Namespace other = EngineHost.namespace(engine(1).run("other"));
                assertThat(EngineHost.usePublished(lab, web, other, true)).isEqualTo(EngineHost.trueSources(lab));
            } finally {
                first.exec("sh", "-c", String.format(call, "DEL")).orThrow();
            }
        } finally {
            removeContainers(engine(0));
            removeContainers(engine(1));
            lab.hosts().forEach(host -> CliRun.fanctl(host, up).done());
        }
    }

    @Override
    protected List<String> known(String... containers) {
        // ctr puts its namespace in front.
        return Stream.of(containers).map(name -> "default-" + name).toList();
    }
}
