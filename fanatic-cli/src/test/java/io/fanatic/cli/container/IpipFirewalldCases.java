package io.fanatic.cli.container;

import io.fanatic.cli.daemon.Firewalld;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.TunnelType;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabSpec;
import org.junit.jupiter.api.Test;

/** What the doctor advises with firewalld and an IPIP fan, on a kernel that has IPIP and nftables; run by scripts/test-kernels. */
class IpipFirewalldCases {
    private static final FirewalldAdvice ADVICE =
            new FirewalldAdvice(FanOptions.DEFAULT.withType(TunnelType.IPIP), 1480);
    private static final FanMapping FAN =
            FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));

    @Test
    void whatTheDoctorAdvisesLetsAnIpipFanWork() {
        try (Lab lab = Lab.up(new LabSpec("ipipfirewalld", FAN, 2, 1, 1500))) {
            LabHost host = ADVICE.configured(lab);
            try (Firewalld firewalld = Firewalld.start(host)) {
                ADVICE.bringUp(lab);
                ADVICE.follow(host);
                ADVICE.theFanWorks(
                        lab,
                        lab.containers().get(0).namespace(),
                        lab.containers().get(0).address());
            }
        }
    }
}
