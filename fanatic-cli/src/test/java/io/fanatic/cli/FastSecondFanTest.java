package io.fanatic.cli;

import io.fanatic.harness.junit.FanLab;

/** The same with fans on the fast path, whose guard on the underlay's device gives frames to the tunnel that goes. */
@FanLab(hosts = 2, containers = 1)
class FastSecondFanTest extends SecondFanTest {
    @Override
    String option() {
        return "";
    }
}
