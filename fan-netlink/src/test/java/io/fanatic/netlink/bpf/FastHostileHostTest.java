package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.FanPath;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * The same hostile host against a fan on the fast path: what arrives, what is dropped and under which reason it is counted must not differ, as
 * the guard on the underlay's device takes only what is good.
 */
@KernelTest
class FastHostileHostTest extends HostileHostTest {

    @Override
    List<String> flags() {
        return List.of();
    }

    @BeforeEach
    @AfterEach
    void theFansAreOnTheFastPath() {
        for (Fan fan : network().list()) {
            assertThat(network().path(fan)).isEqualTo(new FanPath(Optional.of("und"), Optional.empty()));
        }
    }
}
