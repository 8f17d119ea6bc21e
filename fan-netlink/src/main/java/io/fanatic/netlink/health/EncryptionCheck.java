package io.fanatic.netlink.health;

import io.fanatic.netlink.engine.EncryptionState;
import io.fanatic.netlink.kernel.IpsecState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Whether encrypted fans can be encrypted, now and in the next weeks. What strongSwan was told of them is the plan's. */
final class EncryptionCheck implements Check {
    private static final Duration SOON = Duration.ofDays(30);

    @Override
    public String name() {
        return "encryption";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        for (ExpectedFan expected : host.wanted()) {
            if (!expected.isUp() || expected.fan().orElseThrow().encryption().isEmpty()) {
                continue;
            }
            if (!host.privileged()) {
                findings.notChecked(
                        "whether " + expected.subject() + " can be encrypted was not looked at: it needs root");
                continue;
            }
            findings.looked();
            EncryptionState state = host.engine().encryption(expected.fan().orElseThrow());
            state.engineObstacle()
                    .ifPresent(why -> findings.add(
                            of(expected, "nothing of the fan passes, as strongSwan does not encrypt it", why)));
            state.credentialsObstacle()
                    .ifPresent(why -> findings.add(
                            of(expected, "other hosts do not talk to this one once keys are made anew", why)));
            List<String> drops = new ArrayList<>();
            host.ipsecDropsNow()
                    .forEach((reason, count) -> drops.add(count + " just now " + IpsecState.sentence(reason)));
            if (!drops.isEmpty()) {
                findings.add(Finding.of(
                                Code.ENCRYPTION,
                                expected.subject(),
                                "IPsec is dropping packets on this host",
                                drops,
                                "fanctl show --stats")
                        .as(Severity.WARNING));
            }
            state.until()
                    .filter(end -> end.isBefore(Instant.now().plus(SOON)))
                    .ifPresent(end -> findings.add(of(
                                    expected,
                                    "the certificate of this host expires soon",
                                    expected.fan()
                                                    .orElseThrow()
                                                    .encryption()
                                                    .orElseThrow()
                                                    .file() + " is valid until " + end + "; put a new one in its place")
                            .as(Severity.WARNING)));
        }
    }

    private static Finding of(ExpectedFan expected, String title, String evidence) {
        return Finding.of(Code.ENCRYPTION, expected.subject(), title, List.of(evidence), expected.up());
    }
}
