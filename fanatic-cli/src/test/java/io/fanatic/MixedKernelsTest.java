package io.fanatic;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.TunnelType;
import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabNode;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.kernel.RunningKernel;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Hosts of different kernels in one lab: h1 and h2 are namespaces of this machine's, the others guests on the same switch. One is
 * user-mode Linux; those of FANATIC_GUESTS run in QEMU: a line each, options of scripts/in-qemu with tabs in between
 * (scripts/test-kernels mixed).
 *
 * <pre>
 *   h1c1 - h1 10.0.0.1 \            / 10.0.0.3 user-mode Linux - container
 *                       underlay --
 *   h2c1 - h2 10.0.0.2 /            \ 10.0.0.4 ... QEMU - container
 * </pre>
 */
class MixedKernelsTest {
    private static final String NAME = "fant-" + ProcessHandle.current().pid() + "-k";
    private static final int HERE = 2;
    private static final int MTU = 1450;

    private final List<KernelHost> guests = new ArrayList<>();

    /** A host or container, wherever it runs. */
    private record Member(int host, String name, Ipv4Address address, Reaching way) {}

    private interface Reaching {
        /** Tells what was wrong; empty: nothing. */
        String reach(Ipv4Address to) throws IOException, InterruptedException;
    }

    @BeforeEach
    void asRoot() {
        assumeTrue(LIBC.geteuid() == 0, "namespaces and guests need root");
    }

    @AfterEach
    void end() {
        guests.forEach(KernelHost::close);
    }

    private static List<List<String>> emulated() {
        return System.getenv()
                .getOrDefault("FANATIC_GUESTS", "")
                .lines()
                .map(options -> List.of(options.split("\t")))
                .toList();
    }

    /** IPIP takes two kernels that have it; whether this machine's is one is not known. */
    private static List<TunnelType> flavours() {
        return emulated().isEmpty() ? List.of(TunnelType.VXLAN) : List.of(TunnelType.VXLAN, TunnelType.IPIP);
    }

    @ParameterizedTest
    @MethodSource("flavours")
    void hostsOfDifferentKernelsAndTheirContainersReachEachOther(TunnelType flavour) throws Exception {
        try (Lab lab = Lab.up(LabSpec.named(NAME).withHosts(HERE).withContainers(1))) {
            List<String> flags = flavour == TunnelType.IPIP ? List.of("ipip") : List.of();
            guests.add(new KernelHost(lab, HERE + 1, Optional.empty(), flags));
            for (List<String> options : emulated()) {
                guests.add(new KernelHost(lab, HERE + 1 + guests.size(), Optional.of(options), flags));
            }
            List<String> kernels = new ArrayList<>();
            if (flavour == TunnelType.VXLAN) {
                kernels.add(RunningKernel.read().toString());
            }
            for (KernelHost guest : guests) {
                kernels.add(guest.awaitReady());
            }
            assertThat(kernels).doesNotHaveDuplicates();
            int pairs = flavour == TunnelType.VXLAN ? withThisMachine(lab) : reachEachOther(theirs());
            System.out.println(
                    "number: pairs in one " + flavour + " overlay of several kernels that reached each other: " + pairs
                            + " (" + String.join("; ", kernels) + ")");
            for (KernelHost guest : guests) {
                assertThat(guest.down()).as("what is left of the fan").isEmpty();
            }
        }
    }

    private int withThisMachine(Lab lab) throws IOException, InterruptedException {
        FanControl control = FanControl.embedded();
        List<HostSnapshot> before = lab.hosts().stream().map(lab::snapshot).toList();
        lab.fanUp(control);
        List<LabNode> nodes = new ArrayList<>(lab.hosts());
        nodes.addAll(lab.containers());
        List<ServerSocket> services = new ArrayList<>();
        List<Member> members = theirs();
        for (LabNode node : nodes) {
            members.add(new Member(
                    node.host().number(),
                    node.name(),
                    node.address(),
                    to -> KernelHostProgram.reach(node.namespace(), to, MTU)));
            services.add(KernelHostProgram.serveEcho(node.namespace(), node.address()));
        }
        int pairs = reachEachOther(members);
        for (ServerSocket service : services) {
            service.close();
        }
        lab.fanDown(control);
        for (LabHost host : lab.hosts()) {
            assertThat(before.get(host.number() - 1).changesTo(lab.snapshot(host)))
                    .isEmpty();
        }
        return pairs;
    }

    /** The guests and their containers. */
    private List<Member> theirs() {
        List<Member> members = new ArrayList<>();
        for (KernelHost guest : guests) {
            int number = guest.number();
            members.add(new Member(number, "h" + number, guest.address(), guest::reachFromHost));
            members.add(new Member(number, "h" + number + "c1", guest.containerAddress(), guest::reachFromContainer));
        }
        return members;
    }

    private static int reachEachOther(List<Member> members) throws IOException, InterruptedException {
        List<String> wrong = new ArrayList<>();
        int pairs = 0;
        for (Member from : members) {
            for (Member to : members) {
                if (from.host() != to.host()) {
                    pairs++;
                    String answer = from.way().reach(to.address());
                    if (!answer.isEmpty()) {
                        wrong.add(from.name() + " to " + to.name() + ": " + answer);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        return pairs;
    }
}
