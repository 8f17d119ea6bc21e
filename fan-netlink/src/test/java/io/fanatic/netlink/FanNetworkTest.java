package io.fanatic.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Cidr;
import io.fanatic.core.FanEntry;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.Plan;
import io.fanatic.netlink.host.Namespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FanNetworkTest {
    private static final String A = "fant-" + ProcessHandle.current().pid() + "-a";
    private static final String B = "fant-" + ProcessHandle.current().pid() + "-b";

    @TempDir
    Path directory;

    @BeforeEach
    void twoHosts() throws Exception {
        Namespace.create(A);
        Namespace.create(B);
        run("ip", "link", "add", "u0", "netns", A, "type", "veth", "peer", "name", "u0", "netns", B);
        for (String host : List.of(A, B)) {
            run("ip", "-n", host, "link", "set", "lo", "up");
            run("ip", "-n", host, "link", "set", "u0", "up");
            run("ip", "-n", host, "addr", "add", (host.equals(A) ? "10.0.0.1" : "10.0.0.2") + "/16", "dev", "u0");
        }
    }

    @AfterEach
    void gone() {
        Namespace.named(A).delete();
        Namespace.named(B).delete();
    }

    private FanNetwork on(String host) {
        return FanNetwork.onThisHost()
                .in(Namespace.named(host))
                .keepingStateIn(directory.resolve(host + "-run"), directory.resolve(host + "-state"));
    }

    @Test
    void twoHostsPing() throws Exception {
        FanEntry entry = FanEntry.parse(List.of("250.0.0.0/8", "10.0.0.0/16"));
        Plan plan = on(A).up(entry);
        System.out.println(String.join("\n", plan.lines()));
        on(B).up(entry);
        System.out.println(run("ip", "-n", A, "-d", "addr"));
        System.out.println(run("ip", "netns", "exec", A, "ping", "-c", "2", "-W", "1", "250.0.2.1"));
        for (Fan fan : on(A).list()) System.out.println(fan + " " + on(A).counters(fan));
        on(A).down(Cidr.parse("250.0.0.0/8"), UnderlaySpec.parse("10.0.0.0/16"));
        System.out.println(run("ip", "-n", A, "-d", "addr"));
    }

    static String run(String... words) throws Exception {
        List<String> w = new ArrayList<>(List.of(words));
        Process p = new ProcessBuilder(w).redirectErrorStream(true).start();
        String out = new String(p.getInputStream().readAllBytes());
        assertThat(p.waitFor()).as(out).isZero();
        return out;
    }
}
