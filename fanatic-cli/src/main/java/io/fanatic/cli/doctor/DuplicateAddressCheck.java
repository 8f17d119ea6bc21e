package io.fanatic.cli.doctor;

import io.fanatic.core.FanSlice;
import io.fanatic.core.MacAddress;
import io.fanatic.harness.probe.AddressProbe;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.health.Check;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Finding;
import io.fanatic.netlink.health.Findings;
import io.fanatic.netlink.health.HealthHost;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Another host with our underlay address owns the same slice: asked by ARP, where a fan is up. */
final class DuplicateAddressCheck implements Check {
    private static final Duration PATIENCE = Duration.ofMillis(450);

    @Override
    public String name() {
        return "duplicates of the underlay address";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        for (Fan fan : host.fans()) {
            for (FanSlice slice : fan.slices()) {
                host.holder(slice.underlayAddress()).filter(LinkState::up).ifPresent(link -> {
                    try {
                        run(fan, slice, link, findings);
                    } catch (ErrnoException e) {
                        findings.notChecked("not asked whether another host has " + slice.underlayAddress() + ": "
                                + (e.errno() == Errno.EPERM ? "it needs root" : e.getMessage()));
                    }
                });
            }
        }
    }

    private static void run(Fan fan, FanSlice slice, LinkState link, Findings findings) {
        Optional<MacAddress> other = AddressProbe.otherHolder(link.name(), slice.underlayAddress(), PATIENCE);
        findings.looked();
        other.ifPresent(mac -> findings.add(Finding.of(
                Code.DUPLICATE_ADDRESS,
                fan.overlay().toString(),
                "another host has the underlay address " + slice.underlayAddress() + ", and so the slice "
                        + slice.cidr(),
                List.of(mac + " answers ARP for it on " + link.name()),
                "arping -D -I " + link.name() + " " + slice.underlayAddress())));
    }
}
