package io.fanatic.netlink.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanConfig;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.host.DhcpException;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.kernel.LinuxKernel;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.wire.DumpInterruptedException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A watch whose looks at the host fail. */
class WatchTroubleTest {
    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    @TempDir
    Path directory;

    @Test
    @Timeout(60)
    void aLookThatFailsIsToldAndTriedAgainWhateverItFailsWith() {
        inside.sh("ip link add u0 type veth peer name u1");
        inside.sh("ip addr add 10.0.0.1/16 dev u0");
        inside.sh("ip link set u0 up");
        inside.sh("ip link set u1 up");
        FanConfig config = FanConfig.parse("fan", "250.0.0.0/8 10.0.0.1/16\n");
        Path run = directory.resolve("run");
        Path state = directory.resolve("state");
        Deque<RuntimeException> failures = new ArrayDeque<>(List.of(
                new ErrnoException("open a netlink socket", Errno.EMFILE),
                new DumpInterruptedException("list links", 10),
                new DhcpException("cannot look for dnsmasq among the processes")));
        List<String> expected =
                failures.stream().map(failure -> "" + failure.getMessage()).toList();
        Supplier<LinuxKernel> kernels = () -> {
            if (!failures.isEmpty()) {
                throw failures.remove();
            }
            return new LinuxKernel(run, state);
        };
        List<Notice> notices = new ArrayList<>();
        inside.run(() -> {
            AtomicReference<Runnable> stop = new AtomicReference<>(() -> {});
            try (Watch watch = new Watch(run, state, kernels, () -> config, new Watch.Listener() {
                @Override
                public void notice(Notice notice) {
                    notices.add(notice);
                    if (notice.kind() == Notice.Kind.WATCHING) {
                        stop.get().run();
                    }
                }

                @Override
                public void resting(String status) {}
            })) {
                stop.set(watch::stop);
                watch.run();
            }
        });
        assertThat(notices)
                .filteredOn(notice -> notice.kind() == Notice.Kind.TROUBLE)
                .extracting(Notice::text)
                .containsSubsequence(expected);
        FanNetwork network = FanNetwork.onThisHost().in(inside.namespace()).keepingStateIn(run, state);
        assertThat(network.list()).hasSize(1);
        network.downEverything();
    }
}
