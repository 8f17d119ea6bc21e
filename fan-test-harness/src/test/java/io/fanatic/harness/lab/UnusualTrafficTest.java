package io.fanatic.harness.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.probe.BulkTransfer;
import io.fanatic.harness.probe.FrameSender;
import io.fanatic.harness.probe.LinkFrameSender;
import io.fanatic.harness.probe.Ping;
import io.fanatic.harness.probe.PingResult;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.TransferResult;
import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a fan carries, or bears, beside the usual: an address that looks like a broadcast, a container that makes up Ethernet addresses. */
@FanLab(hosts = 2, containers = 2)
class UnusualTrafficTest {
    private static final int MTU = 1450;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int FRAME = 60;

    /** {@code fdb_max_learned} of a fan's bridge. */
    private static final int MAX_LEARNED = 65_536;

    private static final int FLOOD = MAX_LEARNED + 20_000;

    private Probes probes;

    @BeforeEach
    void open() {
        probes = Probes.open();
    }

    @AfterEach
    void close() {
        probes.close();
    }

    /** A share may give it out, as the prefix is the overlay's: docs/addresses.md. */
    @Test
    void theLastAddressOfASliceIsOneLikeAnyOther(Lab lab) {
        LabContainer here = last(lab.containers().get(0));
        LabContainer beside = lab.containers().get(1);
        LabContainer there = last(lab.containers().get(2));
        assertThat(here.address()).isEqualTo(Ipv4Address.parse("250.0.1.255"));

        reaches(here, there.namespace(), there.address());
        reaches(there, here.namespace(), here.address());
        reaches(beside, here.namespace(), here.address());
        reaches(here, beside.namespace(), beside.address());
        LabHost host = here.host();
        reaches(here, host.namespace(), host.address());
        reaches(host.namespace(), host.address(), here.namespace(), here.address());
        reaches(
                here.namespace(),
                host.underlayAddress(),
                lab.outside(),
                lab.spec().outsideAddress());
    }

    /** The same container with the last address of its host's slice. */
    private static LabContainer last(LabContainer container) {
        Ipv4Address address = container.host().slice().cidr().last();
        Namespace namespace = container.namespace();
        String commands = "ip address delete " + container.address() + "/8 dev eth0; ip address add " + address
                + "/8 dev eth0; ip route replace default via "
                + container.host().address();
        container.exec("sh", "-ec", commands).orThrow();
        return new LabContainer(container.host(), container.number(), container.name(), namespace, address);
    }

    /** The bridge learns so many and no more, and who is not learned is reached all the same. */
    @Test
    void aContainerThatMakesUpEthernetAddressesFillsNoMemoryAndHarmsNobody(Lab lab) throws IOException {
        LabContainer hostile = lab.containers().get(0);
        LabContainer honest = lab.containers().get(1);
        LabContainer there = lab.containers().get(2);
        ByteBuffer frame = ByteBuffer.allocate(FRAME);
        // To nobody, under one address after the other, of a protocol for local experiments (IEEE 802).
        frame.putLong(0, 0x02_00_5e_00_00_01_02_66L).putInt(8, 0).putShort(12, (short) 0x88b5);
        try (FrameSender.Open sender = new LinkFrameSender(hostile.namespace(), "eth0").open()) {
            for (int i = 0; i < FLOOD; i++) {
                sender.send(frame.putInt(8, i).rewind());
            }
        }
        long learned = learned(lab, honest.host());
        System.out.println("number: Ethernet addresses that a bridge keeps of a flood of " + FLOOD + ": " + learned);
        String[] kernel = System.getProperty("os.version").split("\\D+");
        boolean limits = Integer.parseInt(kernel[0]) * 1000 + Integer.parseInt(kernel[1]) >= 6008;
        assertThat(learned).isBetween(1_000L, limits ? (long) MAX_LEARNED : FLOOD);

        lab.detach(honest);
        lab.attach(honest);
        reaches(honest, there.namespace(), there.address());
        reaches(there, honest.namespace(), honest.address());
        reaches(honest, honest.host().namespace(), honest.host().address());
    }

    private static long learned(Lab lab, LabHost host) {
        String words = host.exec("sh", "-c", "bridge fdb show br " + lab.bridgeName() + " | grep -c '^02:66:'")
                .output();
        return Long.parseLong(words.strip());
    }

    private void reaches(LabContainer from, Namespace to, Ipv4Address target) {
        reaches(from.namespace(), from.address(), to, target);
    }

    private void reaches(Namespace from, Ipv4Address source, Namespace to, Ipv4Address target) {
        PingResult ping = Ping.to(target)
                .withPayload(MTU - 28)
                .withTimeout(TIMEOUT)
                .start(probes, from)
                .join();
        assertThat(ping.ok()).as(source + " pings " + target + ": " + ping).isTrue();
        TransferResult transfer = BulkTransfer.to(target)
                .withTimeout(TIMEOUT)
                .start(probes, from, to)
                .join();
        assertThat(transfer.error()).as(source + " to " + target).isEmpty();
        assertThat(transfer.source()).as(source + " to " + target).contains(source);
    }
}
