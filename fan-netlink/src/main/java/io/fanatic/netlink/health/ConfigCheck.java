package io.fanatic.netlink.health;

import io.fanatic.core.FanConfig;
import io.fanatic.core.FanConfigException;
import java.util.List;

/** /etc/network/fan: lines that mean nothing, and lines in the order of an older release. */
final class ConfigCheck implements Check {
    @Override
    public String name() {
        return "the configuration";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        findings.looked();
        FanConfig config = host.config();
        for (FanConfigException problem : config.problems()) {
            findings.add(Finding.of(
                    Code.CONFIG_LINE,
                    Finding.HOST,
                    Code.CONFIG_LINE.meaning(),
                    List.of(String.valueOf(problem.getMessage())),
                    "sudoedit " + config.file()));
        }
        for (FanConfig.Line line : config.lines()) {
            List<String> words = config.words(line);
            if (!words.get(0).equals(line.entry().overlay().toString())) {
                findings.add(Finding.of(
                        Code.CONFIG_ORDER,
                        Finding.HOST,
                        Code.CONFIG_ORDER.meaning() + "; it is understood, but the overlay belongs first",
                        List.of(config.file() + ":" + line.number() + ": " + String.join(" ", words)),
                        "fanctl config set " + line.entry()));
            }
        }
    }
}
