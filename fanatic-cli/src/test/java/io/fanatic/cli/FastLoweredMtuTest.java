package io.fanatic.cli;

import io.fanatic.harness.junit.FanLab;

/** The same on the fast path: what does not fit is the kernel's device's to answer. */
@FanLab(hosts = 2, containers = 1, fan = false)
class FastLoweredMtuTest extends LoweredMtuTest {
    @Override
    String flags() {
        return "";
    }
}
